// Runs before every test file: makes waiting patient, and sets how many cases a property test tries.
import fc from 'fast-check'
import { vi } from 'vitest'

// vitest.config.ts sets the time-out of `expect.poll`; vitest has no setting for these two. Their default of one second
// fails sound tests on a busy machine, where the start of a process alone takes as long.
const patience = { timeout: 60_000, interval: 10 }
const { waitFor, waitUntil } = vi
vi.waitFor = (check, options) => waitFor(check, withPatience(options))
vi.waitUntil = (check, options) => waitUntil(check, withPatience(options))

function withPatience(options: number | { timeout?: number; interval?: number } = {}) {
  return { ...patience, ...(typeof options === 'number' ? { timeout: options } : options) }
}

// Tests that need another number of cases scale it from this one: propertyRuns of @health/domain/property-runs.
const times = Number(process.env['PROPERTY_RUNS'] || 1)
if (!(times > 0)) throw new Error(`PROPERTY_RUNS is "${process.env['PROPERTY_RUNS']}", but must be a number above 0`)
fc.configureGlobal({ numRuns: Math.ceil(100 * times) })
