import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Service } from './service.ts'
import { createServiceGroup } from './service-group.ts'

const aGroup = () => createServiceGroup(pino({ level: 'silent' }))
const aService = (changes: Partial<Service> = {}): Service => ({
  waitingFor: () => null,
  stop: async () => {},
  ...changes,
})

test('is ready once every service is at work', async () => {
  const group = aGroup()
  expect(group.waitingFor()).toBe('nothing is started yet')
  let waiting: string | null = 'Kafka'
  const starting = Promise.withResolvers<Service>()
  const start = group.start('archiver', () => starting.promise)
  expect(group.waitingFor()).toBe('starting')
  starting.resolve(aService({ waitingFor: () => waiting }))
  await start
  expect(group.waitingFor()).toBe('Kafka')
  await group.start('bridge', async () => aService())
  expect(group.waitingFor()).toBe('archiver: Kafka')
  waiting = null
  expect(group.waitingFor()).toBeNull()
})

test('stops newest first, not ready from the beginning on, and tells an error after stopping all', async () => {
  const group = aGroup()
  const stopped: string[] = []
  await group.start('a', async () => aService({ stop: async () => void stopped.push(`a ${group.waitingFor()}`) }))
  await group.start('b', async () => aService({ stop: () => Promise.reject(new Error('b is stuck')) }))
  await group.start('c', async () => aService({ stop: async () => void stopped.push('c') }))
  await expect(group.stop()).rejects.toThrow('b is stuck')
  expect(stopped).toEqual(['c', 'a the process is stopping'])
})

test('fails with the first service that cannot go on, and is unhealthy from then', async () => {
  const group = aGroup()
  expect(group.failure()).toBeNull()
  await group.start('a', async () => aService({ failed: Promise.reject(new Error('another layout')) }))
  await expect(group.failed).rejects.toThrow('another layout')
  expect(group.failure()).toBe('a cannot go on: another layout')
})

test('gives each service its own name in logs and metrics', async () => {
  const group = aGroup()
  await group.start('a', async ({ logger }) => {
    expect(logger.bindings()).toEqual({ service: 'a' })
    return aService()
  })
})
