// For the tests of this service: the speed layer on an embedded log and views in a folder of their own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultRules } from '@health/domain'
import { deadLetterTopic, openLog } from '@health/log'
import { createLogger, createMetrics } from '@health/runtime'
import { openViews, readPartitions, readPatients } from '@health/views'
import { expect, onTestFinished, vi } from 'vitest'
import { runSpeedLayer, type SpeedLayerSettings } from './service.ts'

export const topic = 'health_stream'
export const partitions = 3
const logger = createLogger('silent')

const standard: SpeedLayerSettings = {
  KAFKA_TOPIC: topic,
  DAY_TIME_ZONE: 'UTC',
  GLUCOSE_THRESHOLDS: defaultRules.glucoseMgdl,
  HEART_RATE_THRESHOLDS: defaultRules.heartRateBpm,
}

/** A log and views in a folder of their own, for a speed layer that can be started again and again. */
export async function aSystem() {
  const folder = mkdtempSync(join(tmpdir(), 'speed-layer-'))
  const settings = { DATA_DIR: folder, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: partitions, LOG_RETENTION_HOURS: 168 }
  const openBoth = async () => ({
    log: await openLog(settings, { logger, clientId: 'test' }),
    store: await openViews(settings, { logger }),
  })
  const { log, store } = await openBoth()
  let stop = async () => {}
  onTestFinished(async () => {
    await stop()
    await Promise.all([log.close(), store.close()])
    rmSync(folder, { recursive: true })
  })

  async function start(changes: Partial<SpeedLayerSettings> = {}) {
    const own = await openBoth()
    const context = { logger, metrics: createMetrics('speed-layer'), now: Date.now }
    const service = await runSpeedLayer(own.log, own.store, { ...standard, ...changes }, context)
    service.failed?.catch(() => {})
    stop = async () => {
      stop = async () => {}
      await service.stop()
    }
    return { ...service, stop: () => stop() }
  }

  const send = (...messages: (object | string)[]) =>
    log.append(
      topic,
      messages.map((message) => ({
        key: typeof message === 'object' && 'patient_id' in message ? String(message.patient_id) : null,
        value: Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)),
      })),
    )

  const caughtUp = () =>
    vi.waitFor(async () => {
      const positions = (await readPartitions(store, partitions)).map(({ position }) => position)
      expect(positions).toEqual((await log.ranges(topic)).map(({ end }) => end))
    })

  const letters = async () => {
    const ranges = await log.ranges(deadLetterTopic(topic))
    return (
      await Promise.all(ranges.map(({ partition, low }) => log.read(deadLetterTopic(topic), partition, low, 100)))
    ).flat()
  }

  const patient = async (id: string) => (await readPatients(store, partitions)).find((one) => one.has(id))?.get(id)
  const counts = async () => {
    const states = await readPartitions(store, partitions)
    const total = (key: 'records' | 'valid' | 'invalid' | 'duplicate') =>
      states.reduce((sum, state) => sum + state.counts[key], 0)
    return {
      records: total('records'),
      valid: total('valid'),
      invalid: total('invalid'),
      duplicate: total('duplicate'),
    }
  }
  return { log, store, start, send, caughtUp, letters, patient, counts }
}

/** When what is sent was measured, where a test does not say. */
export const now = Date.now()
export const aMessage = (fields: object = {}) => ({
  patient_id: 'p001',
  sensor_id: 'cgm-1',
  measured_at: new Date(now).toISOString(),
  glucose_mgdl: 123,
  ...fields,
})
