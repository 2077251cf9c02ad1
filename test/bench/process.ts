// A process that the benchmark starts (a service, a load generator, the peer), with its cost. Needs Linux' /proc.
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { baseEnv, root } from '../e2e/processes.ts'
import { meterSession, type Usage } from './usage.ts'

export interface ProcessOptions {
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Its output is appended here. */
  logFile: string
}

export interface Running {
  /** The rest of the first line that began with `word`. Rejects when the process ends without it. */
  said(word: string): Promise<string>
  /** Its cost until now, its children included. */
  usage(): Usage
  /** Throws when it has ended. */
  assertAlive(): void
  ended: Promise<number | null>
  /** Signals it to end, and after a time-out kills it and its children. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<void>
}

const graceMs = 15_000

/** Each leads a session, so that all its children are metered and killed, even after their parent has ended. */
const sessions = new Set<number>()
const killSession = (pid: number, signal: NodeJS.Signals = 'SIGKILL'): void => {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already.
  }
}
/** No process outlives the benchmark, however it ends. */
process.on('exit', () => sessions.forEach((pid) => void killSession(pid)))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

export function startProcess({ command, args, env = {}, logFile }: ProcessOptions): Running {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...baseEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  }).on('error', () => undefined)
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} cannot be started`)
  sessions.add(pid)
  const meter = meterSession(pid)
  const lines: string[] = []
  const listeners = new Set<() => void>()
  const notify = () => listeners.forEach((listener) => void listener())
  let exitCode: number | null | undefined
  child.stderr.on('data', (text: Buffer) => appendFileSync(logFile, text))
  createInterface({ input: child.stdout }).on('line', (line) => {
    appendFileSync(logFile, `${line}\n`)
    lines.push(line)
    notify()
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      exitCode = code
      meter.stop()
      killSession(pid)
      sessions.delete(pid)
      notify()
      resolve(code)
    })
  })
  const failure = () => new Error(`${command} ended with ${exitCode}; its output is in ${logFile}`)

  return {
    said: (word) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const line = lines.find((each) => each.startsWith(`${word} `) || each === word)
          if (line === undefined && exitCode === undefined) return
          listeners.delete(check)
          if (line === undefined) reject(failure())
          else resolve(line.slice(word.length + 1))
        }
        listeners.add(check)
        check()
      }),
    usage: meter.usage,
    assertAlive() {
      if (exitCode !== undefined) throw failure()
    },
    ended,
    async stop(signal = 'SIGTERM') {
      const timer = setTimeout(() => killSession(pid), graceMs)
      if (exitCode === undefined) killSession(pid, signal)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Rejects when the process ends. */
export async function endOf(running: Running): Promise<never> {
  await running.ended
  running.assertAlive()
  throw new Error('it has ended')
}

/** The figures behind `RESULT` that a process prints when it has done its work. */
export async function resultOf(running: Running): Promise<Record<string, number>> {
  return JSON.parse(await running.said('RESULT'))
}
