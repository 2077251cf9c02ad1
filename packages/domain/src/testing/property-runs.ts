// How many cases a property test tries where the usual 100 are too few or too slow.
import fc from 'fast-check'

/** `cases` by default, more by the setting PROPERTY_RUNS, which test/setup.ts puts into fast-check's own number. */
export function propertyRuns(cases: number): { numRuns: number } {
  const { numRuns = 100 } = fc.readConfigureGlobal()
  return { numRuns: Math.ceil((cases * numRuns) / 100) }
}
