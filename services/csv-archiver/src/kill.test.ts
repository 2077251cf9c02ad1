import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { aFolder, aLog, append, numbers, valuesIn } from './archiver.fixture.ts'

/** The archiver as a process of its own. */
function startProcess(folder: string): ChildProcess {
  const env = {
    ...process.env,
    DATA_DIR: folder,
    KAFKA_PARTITIONS: '1',
    METRICS_PORT: '0',
    LOG_LEVEL: 'silent',
    ARCHIVE_ROLL_ROWS: '50',
    ARCHIVE_ROLL_SECONDS: '1',
  }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { env, stdio: 'ignore' })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

test('killed again and again while records come in, it archives each of them once', async () => {
  const folder = await aFolder()
  const log = await aLog(folder)
  const lakeDir = join(folder, 'lake')
  let appended = 0
  for (let kills = 0; kills < 4; kills++) {
    const child = startProcess(folder)
    const atStart = (await valuesIn(lakeDir)).length
    while ((await valuesIn(lakeDir)).length < atStart + 60) {
      await append(log, appended, appended + 37)
      appended += 37
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  startProcess(folder)
  await vi.waitFor(async () => expect(await valuesIn(lakeDir)).toEqual(numbers(0, appended)))
})
