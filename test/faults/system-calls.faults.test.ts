// What kill -9 cannot show, since it leaves the kernel's memory alone: that a lake file is on the disk before it has its name,
// and the name before it is reported.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lakeCoverage } from '@health/lake'
import { logSettings, openLog } from '@health/log'
import { createLogger, readConfig } from '@health/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { root } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import { createPart } from './part.ts'

test('the archiver writes, flushes, links and flushes the folder, in that order, for every file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'health-strace-'))
  const env = { DATA_DIR: folder, KAFKA_PARTITIONS: '2', METRICS_PORT: '0', ARCHIVE_ROLL_SECONDS: '1' }
  const log = await openLog(readConfig(z.object(logSettings), env), {
    logger: createLogger('silent'),
    clientId: 'test',
  })
  const calls = join(folder, 'calls')
  const archiver = createPart({
    name: 'csv-archiver',
    command: 'strace',
    args: [
      ...[
        '-f',
        '-y',
        '-e',
        'trace=write,pwrite64,writev,fsync,fdatasync,link,linkat',
        '-e',
        'signal=none',
        '-o',
        calls,
      ],
      ...[process.execPath, join(root, 'services/csv-archiver/src/main.ts')],
    ],
    env,
    logFile: join(folder, 'csv-archiver.log'),
    answers: async () => assert.match(readFileSync(join(folder, 'csv-archiver.log'), 'utf8'), /Serving/),
  })
  onTestFinished(async () => {
    // The traced process: a tracer does not end what it traces.
    process.kill(Number.parseInt(readFileSync(calls, 'utf8'), 10), 'SIGKILL')
    await archiver.kill()
    await log.close()
    rmSync(folder, { recursive: true })
  })
  await archiver.start()
  for (let round = 1; round <= 3; round++) {
    const records = Array.from({ length: 50 }, (_, n) => ({ key: `p${n}`, value: Buffer.from(`${round}`) }))
    await log.append('health_stream', records)
    await until(async () => {
      const covered = [...(await lakeCoverage(join(folder, 'lake'), 'health_stream')).values()]
      assert.equal(
        covered.reduce((sum, { nextOffset }) => sum + nextOffset, 0),
        50 * round,
      )
    })
  }
  // Once it is reported, the folder has been flushed.
  await until(async () => {
    const committed = [...(await log.committed('health_stream', 'csv-archiver')).values()]
    assert.equal(
      committed.reduce((sum, offset) => sum + offset, 0),
      150,
    )
  })

  const lines = readFileSync(calls, 'utf8').split('\n')
  const links = lines.flatMap((line, at) => {
    const [, from, to] =
      /link(?:at)?\((?:AT_FDCWD[^,]*, )?"([^"]*)", (?:AT_FDCWD[^,]*, )?"([^"]*\.csv)"/.exec(line) ?? []
    return from === undefined || to === undefined ? [] : [{ from, to, at }]
  })
  expect(links.length).toBeGreaterThanOrEqual(6)
  for (const { from, to, at } of links) {
    const onFile = (call: RegExp, path: string) => (line: string) => call.test(line) && line.includes(`<${path}>`)
    const written = lines.findLastIndex(onFile(/write/, from))
    const flushed = lines.findLastIndex(onFile(/fsync|fdatasync/, from))
    const dayFolder = to.slice(0, to.lastIndexOf('/'))
    const folderFlushed = lines.findIndex((line, i) => i > at && onFile(/fsync/, dayFolder)(line))
    expect(written, `${to} was written`).toBeGreaterThan(-1)
    expect(flushed, `${to} was flushed after the last write`).toBeGreaterThan(written)
    expect(at, `${to} was linked after it was flushed`).toBeGreaterThan(flushed)
    expect(folderFlushed, `the folder of ${to} was flushed after that`).toBeGreaterThan(at)
  }
})
