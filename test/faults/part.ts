// A part of the system as a process that a test can kill, stop and restart, and that otherwise is kept up, as by a supervisor.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { baseEnv, root } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'

export interface PartOptions {
  name: string
  command: string
  args: readonly string[]
  env?: Record<string, string>
  /** What it prints is appended here. */
  logFile: string
  /** Resolves when it is there for others; whether it is ready is another question. */
  answers(): Promise<void>
}

export interface Part {
  readonly name: string
  readonly logFile: string
  /** Its process; `null` while it is down. */
  pid(): number | null
  /** How often it has ended by itself and was started again. */
  ownExits(): number
  /** Starts it, unless it is up, and waits until it answers. */
  start(): Promise<void>
  /** kill -9. It stays down until `start`. */
  kill(): Promise<void>
  /** SIGTERM, and the exit code. It stays down until `start`. */
  terminate(): Promise<number | null>
  /** SIGSTOP: it holds its connections and says nothing. */
  freeze(): void
  /** SIGCONT. */
  thaw(): void
}

/** A supervisor's pause before it starts a service again. */
const restartMs = 300

const living = new Set<ChildProcess>()
/** However this process ends, nothing it started outlives it. */
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

export function createPart({ name, command, args, env = {}, logFile, answers }: PartOptions): Part {
  let child: ChildProcess | null = null
  let isWanted = false
  let exits = 0

  function launch(): void {
    const output = openSync(logFile, 'a')
    const started = spawn(command, args, {
      cwd: root,
      env: { ...baseEnv(), ...env },
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    child = started
    living.add(started)
    started.once('exit', () => {
      living.delete(started)
      child = null
      if (!isWanted) return
      exits++
      setTimeout(() => {
        if (isWanted && child === null) launch()
      }, restartMs)
    })
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    isWanted = false
    const ending = child
    if (ending === null) return null
    const ended = new Promise<number | null>((resolve) => ending.once('exit', resolve))
    ending.kill('SIGCONT')
    ending.kill(signal)
    return ended
  }

  return {
    name,
    logFile,
    pid: () => child?.pid ?? null,
    ownExits: () => exits,
    async start() {
      isWanted = true
      if (child === null) launch()
      await until(answers)
    },
    async kill() {
      await end('SIGKILL')
    },
    terminate: () => end('SIGTERM'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  }
}
