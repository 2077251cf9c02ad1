// docs/ holds the report of docs/bench.json: a changed goal or sentence needs `pnpm bench:docs`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeReport } from '../test/bench/report/report.ts'

test('the report in docs/ is the one that `pnpm bench:docs` writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'health-docs-'))
  const fileIn = (at: string, name: string) => readFileSync(join(at, name), 'utf8')
  try {
    writeReport(join(folder, 'bench.json'), JSON.parse(fileIn(import.meta.dirname, 'bench.json')))
    for (const name of ['bench.json', 'bench.svg', 'benchmarks.md']) {
      expect(fileIn(folder, name), name).toBe(fileIn(import.meta.dirname, name))
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
