import type { DeadLetterRow } from '@health/api'
import { createDeadLetter, deadLetterTopic, type EventLog } from '@health/log'
import { expect, test } from 'vitest'
import { startTestDashboard } from '../dashboard.fixture.ts'

const topic = 'health_stream'
const noon = Date.UTC(2026, 10, 24, 12)

const ordinary = { key: 'p001', partition: 1, offset: 7 }

/** Buries a record as the speed layer does. */
async function bury(
  log: EventLog,
  value: string | Uint8Array,
  fields: Partial<typeof ordinary & { receivedAt: number }> = {},
) {
  const { key, partition, offset, receivedAt = noon + offset } = { ...ordinary, ...fields }
  const record = { key: Buffer.from(key), value: Buffer.from(value), offset, receivedAt, headers: {} }
  await log.append(deadLetterTopic(topic), [createDeadLetter(record, ['invalid_json'], { topic, partition })])
}

const rowsOf = async (answer: Promise<Response>) => (await answer).json() as Promise<DeadLetterRow[]>

test('without any the list is empty', async () => {
  const { get } = await startTestDashboard()
  expect(await rowsOf(get('/api/dead-letters'))).toEqual([])
})

test('each names why it was dropped, whose it was, where it stands, and shows its bytes', async () => {
  const { get, log } = await startTestDashboard()
  await bury(log, '<img src=x onerror=alert(1)>')
  expect(await rowsOf(get('/api/dead-letters'))).toEqual([
    {
      partition: 1,
      offset: 7,
      received_at: '2026-11-24T12:00:00.007Z',
      reasons: ['invalid_json'],
      patient_id: 'p001',
      text: '<img src=x onerror=alert(1)>',
      base64: null,
      bytes: 28,
    },
  ])
})

test('the newest come first, as many as are asked for, over all patients', async () => {
  const { get, log } = await startTestDashboard()
  for (let offset = 0; offset < 30; offset++) await bury(log, '{', { key: `p${offset}`, offset })
  const offsets = async (path: string) => (await rowsOf(get(path))).map(({ offset }) => offset)
  expect(await offsets('/api/dead-letters?limit=3')).toEqual([29, 28, 27])
  expect(await offsets('/api/dead-letters')).toHaveLength(20)
  expect(await offsets('/api/dead-letters?limit=100')).toHaveLength(30)
})

test('of those that came at the same time the last one comes first', async () => {
  const { get, log } = await startTestDashboard()
  for (const offset of [1, 2, 3]) await bury(log, '{', { offset, receivedAt: noon })
  expect((await rowsOf(get('/api/dead-letters'))).map(({ offset }) => offset)).toEqual([3, 2, 1])
})

test('one that was written again after an outage is listed once', async () => {
  const { get, log } = await startTestDashboard()
  for (let time = 0; time < 2; time++) await bury(log, '{')
  expect(await rowsOf(get('/api/dead-letters'))).toHaveLength(1)
})

test('bytes that are no text come as base64', async () => {
  const { get, log } = await startTestDashboard()
  await bury(log, Uint8Array.of(0xff, 0x00))
  expect(await rowsOf(get('/api/dead-letters'))).toMatchObject([{ text: null, base64: '/wA=', bytes: 2 }])
})

test('of a long one the first 2 KiB are shown, and a character that the cut goes through is left out', async () => {
  const { get, log } = await startTestDashboard()
  await bury(log, `a${'é'.repeat(2_000)}`)
  expect(await rowsOf(get('/api/dead-letters'))).toMatchObject([
    { text: `a${'é'.repeat(1_023)}`, base64: null, bytes: 4_001 },
  ])
})

test('one whose bytes the log would not take again says how many it had', async () => {
  const { get, log } = await startTestDashboard()
  await bury(log, 'x'.repeat(900_000))
  expect(await rowsOf(get('/api/dead-letters'))).toMatchObject([{ text: '', patient_id: null, bytes: 900_000 }])
})

test.each(['limit=0', 'limit=101', 'limit=many', 'limits=1'])('%s is refused', async (question) => {
  const { get } = await startTestDashboard()
  const answer = await get(`/api/dead-letters?${question}`)
  expect(answer.status).toBe(400)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
})

test('who may not read sees none', async () => {
  const { get } = await startTestDashboard({ API_TOKENS: `bridge:ingest:${'s'.repeat(32)}` })
  expect((await get('/api/dead-letters')).status).toBe(401)
})
