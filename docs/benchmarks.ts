// `node docs/benchmarks.ts`: writes docs/benchmarks.md and docs/bench.svg again from docs/bench.json without measuring
// anything, for instance after a goal has changed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeReport } from '../test/bench/report/report.ts'

const jsonFile = join(import.meta.dirname, 'bench.json')
writeReport(jsonFile, JSON.parse(readFileSync(jsonFile, 'utf8')))
