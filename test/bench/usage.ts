// Processor time and memory of a process and its children, from Linux' /proc.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface Usage {
  /** User and system time of all processes so far. */
  cpuSeconds: number
  /** The largest sampled sum of the resident memory of all processes; shared pages count more than once. */
  peakBytes: number
  /** The resident memory of all processes now. */
  bytes: number
}

export interface Meter {
  usage(): Usage
  stop(): void
}

const sampleMs = 200
const setting = (name: string): number => Number(execFileSync('getconf', [name], { encoding: 'utf8' }))
const ticksPerSecond = setting('CLK_TCK')
const pageBytes = setting('PAGESIZE')

/** Meters every process of the session that `leader` leads, including those that have ended. */
export function meterSession(leader: number): Meter {
  const ticks = new Map<string, number>()
  let peakBytes = 0
  let bytes = 0

  function sample(): void {
    const processes = readSession(leader)
    // All have ended: the last sample stays.
    if (processes.length === 0) return
    for (const each of processes) ticks.set(each.pid, each.ticks)
    bytes = processes.reduce((sum, each) => sum + each.bytes, 0)
    peakBytes = Math.max(peakBytes, bytes)
  }
  const timer = setInterval(sample, sampleMs).unref()

  return {
    usage() {
      sample()
      const all = [...ticks.values()].reduce((sum, n) => sum + n, 0)
      return { cpuSeconds: all / ticksPerSecond, peakBytes, bytes }
    },
    stop: () => clearInterval(timer),
  }
}

/** proc(5): behind the name, which may hold spaces, come state, parent, group, session; times and pages further on. */
function readSession(leader: number): { pid: string; ticks: number; bytes: number }[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    const stat = readIfThere(`/proc/${pid}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[3]) !== leader) return []
    return [{ pid, ticks: Number(fields[11]) + Number(fields[12]), bytes: Number(fields[21]) * pageBytes }]
  })
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended since the folder was listed.
    return ''
  }
}
