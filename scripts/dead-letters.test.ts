// Dead letters as an operator works with them, on the embedded log.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDeadLetter, deadLetterTopic, openLog } from '@health/log'
import { createLogger } from '@health/runtime'
import { expect, onTestFinished, test } from 'vitest'

const topic = 'health_stream'

async function aLogWithLetters() {
  const folder = mkdtempSync(join(tmpdir(), 'dead-letters-'))
  const settings = { DATA_DIR: folder, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: 6, LOG_RETENTION_HOURS: 168 }
  const log = await openLog(settings, { logger: createLogger('silent'), clientId: 'test' })
  onTestFinished(async () => {
    await log.close()
    rmSync(folder, { recursive: true })
  })
  const letter = (offset: number, value: string | Uint8Array, ...reasons: string[]) =>
    createDeadLetter(
      {
        offset,
        key: Buffer.from('p001'),
        value: Buffer.from(value),
        receivedAt: Date.UTC(2026, 10, 24) + offset,
        headers: {},
      },
      reasons,
      { topic, partition: 3 },
    )
  await log.append(deadLetterTopic(topic), [
    letter(7, '{"patient_id":"p001","heart_rate_bpm":-5}', 'implausible_heart_rate'),
    letter(8, '{"broken\u001b[31m', 'invalid_json'),
    letter(9, Uint8Array.of(0xff, 0xfe), 'invalid_utf8'),
    // Written twice, as after a crash of the speed layer.
    letter(8, '{"broken\u001b[31m', 'invalid_json'),
  ])
  const run = async (...args: string[]) => {
    const env = { PATH: process.env['PATH'], DATA_DIR: folder }
    const script = join(import.meta.dirname, 'dead-letters.ts')
    return promisify(execFile)(process.execPath, [script, ...args], { env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )
  }
  const replayed = async () => {
    const ranges = await log.ranges(topic)
    return (await Promise.all(ranges.map(({ partition, low }) => log.read(topic, partition, low, 100)))).flat()
  }
  return { run, replayed }
}

test('they are listed once each, with reasons and counts, and nothing that moves a terminal', async () => {
  const { run } = await aLogWithLetters()
  const { stdout, code } = await run()
  expect(code).toBe(0)
  expect(stdout).toContain('3 dead letters: implausible_heart_rate 1, invalid_json 1, invalid_utf8 1')
  expect(stdout).toMatch(/^3:8 .*invalid_json .*\\u001b\[31m$/m)
  expect(stdout).not.toContain('\u001b')
})

test('one is shown whole, bytes that are no text as base64', async () => {
  const { run } = await aLogWithLetters()
  expect(JSON.parse((await run('show', '3:9')).stdout)).toMatchObject({ id: '3:9', key: 'p001', base64: '//4=' })
  expect(JSON.parse((await run('--json', '--reason', 'invalid_json')).stdout)).toMatchObject([
    { text: '{"broken\u001b[31m' },
  ])
})

test('chosen ones are sent again as they were, and say what for', async () => {
  const { run, replayed } = await aLogWithLetters()
  expect((await run('replay', '3:7')).stdout).toContain('1 records were sent again')
  const [record, ...others] = await replayed()
  expect(others).toEqual([])
  expect(record).toMatchObject({ headers: { replay_of: '3:7' } })
  expect(Buffer.from(record?.value ?? []).toString()).toBe('{"patient_id":"p001","heart_rate_bpm":-5}')
})

test.each([
  [['show', '3:99'], 'There is no dead letter 3:99'],
  [['replay'], 'replay takes IDs, or --reason'],
  [['show', 'x'], 'must be a partition and an offset'],
  [['burn'], 'must be list, show or replay'],
])('%j is refused in words', async (args, words) => {
  const { run, replayed } = await aLogWithLetters()
  const { code, stderr } = await run(...args)
  expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
  expect(await replayed()).toEqual([])
})
