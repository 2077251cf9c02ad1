// Sums vitest's JSON reports in a folder to the line `N passed, N failed`; exits 1 where something failed or is missing.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const expected = ['unit.json', 'check.json', 'real.json', 'faults.json', 'soak.json', 'bench.json', 'compose.json']

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  /** A file that could not be loaded has no tests, and is a failure all the same. */
  success: boolean
}

const folder = process.argv[2] ?? '.'
const found = readdirSync(folder)
let passed = 0
let failed = 0
for (const name of expected) {
  if (!found.includes(name)) {
    console.log(`No report: ${name}`)
    failed++
    continue
  }
  const report: Report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const { numPassedTests, numFailedTests, numPendingTests, success } = report
  console.log(`${name}: ${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
  passed += numPassedTests
  // Nothing may be skipped here.
  failed += numFailedTests + numPendingTests + (success || numFailedTests > 0 ? 0 : 1)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
