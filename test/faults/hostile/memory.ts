// Memory of the services, seen from outside, so that asking for it changes nothing.
import { readFileSync } from 'node:fs'
import { type FaultSystem, type ServicePartName, serviceNames } from '../fault-system.ts'

export interface MemoryWatch {
  /** Resident memory when the watch began and the most since then, in MB, by service. */
  figures(): Record<ServicePartName, { before: number; peak: number }>
  stop(): void
}

const sampleMs = 100
const pageBytes = 4096

/** Watches all services until it is stopped. */
export function watchMemory({ services }: FaultSystem): MemoryWatch {
  const measure = (name: ServicePartName): number => {
    const pid = services[name].pid()
    return pid === null ? 0 : residentMb(pid)
  }
  const figures = Object.fromEntries(
    serviceNames.map((name) => [name, { before: measure(name), peak: measure(name) }]),
  ) as Record<ServicePartName, { before: number; peak: number }>
  const timer = setInterval(() => {
    for (const name of serviceNames) figures[name].peak = Math.max(figures[name].peak, measure(name))
  }, sampleMs)
  return { figures: () => figures, stop: () => clearInterval(timer) }
}

/** From Linux' /proc: pages are the second figure. */
const residentMb = (pid: number): number =>
  Math.round((Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageBytes) / 2 ** 20)
