// A browser in which somebody has made choices before, for tests of what the page makes of them.
import { vi } from 'vitest'

/** Whatever is imported afterwards (`await import`) begins with these choices kept. */
export function beginWith(kept: Record<string, string>): void {
  vi.resetModules()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, value: string) => {
      kept[name] = value
    },
  })
}

/** A browser that forbids storage. */
export function beginWithoutStorage(): void {
  vi.resetModules()
  const forbid = () => {
    throw new Error('SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem: forbid, setItem: forbid })
}
