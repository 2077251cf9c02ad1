// The capacity tables: the reckoning by hand on small figures, and the page in docs/ as its script writes it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { roundsOf } from '../test/bench/report/report.ts'
import { refreshCapacity } from './capacity.ts'

const page = 'before\n<!-- measured -->\n<!-- /measured -->\nbetween\n<!-- needed -->\nold\n<!-- /needed -->\nafter\n'
const rounds = {
  'growth-patients': {
    '10 patients': [{ size: 10, steadyCpuSecondsPerMessage: 1, peakBytes: 400e6 }],
    '30000 patients': [{ size: 30_000, steadyCpuSecondsPerMessage: 15e-6, peakBytes: 1e9 }],
  },
  footprint: {
    'one a minute': [{ redisBytesPerPatient: 150e3, kafkaBytesPerMessage: 150 }],
    'one a second': [{ redisBytesPerPatient: 200e3 }],
  },
}
const fileOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')

test('the needs of a million patients follow from the measured figures', () => {
  const text = refreshCapacity(page, rounds)
  expect(text).toContain(
    '| speed layer, core a message | 15 µs | growth-patients · last · steadyCpuSecondsPerMessage |',
  )
  // 16,667 and 1,000,000 messages a second of 15 µs, at half a core a process.
  expect(text).toMatch(/\| speed layers by processor \| .* \| 1 \| 30 \|/)
  // 20 kB each, 2 GB a process.
  expect(text).toMatch(/\| speed layers by memory \| .* \| 10 \| 10 \|/)
  // At most 25,000 patients in one, and two for each speed layer; in sixes.
  expect(text).toMatch(/\| partitions \| .* \| 42 \| 60 \|/)
  expect(text).toMatch(/\| Kafka, written a second \| .* \| 2.5 MB \| 150 MB \|/)
})

test('a figure that was not measured is a dash, and so are the needs that follow from it', () => {
  const text = refreshCapacity(page, rounds)
  expect(text).toContain('| batch, 10 million rows | – |')
  expect(text).toMatch(/\| batch, reading a day \| .* \| – \| – \|/)
})

test('only the tables of the page change, and a second run changes nothing', () => {
  const once = refreshCapacity(page, rounds)
  expect(once).toMatch(/^before\n.*\nbetween\n.*\nafter\n$/s)
  expect(once).not.toContain('old')
  expect(refreshCapacity(once, rounds)).toBe(once)
})

test('a page without the comments around a table is refused', () => {
  expect(() => refreshCapacity(page.replace('<!-- /needed -->', ''), rounds)).toThrow('<!-- /needed -->')
})

test('docs/capacity.md holds the figures of docs/bench.json', () => {
  const docs = fileOf('capacity.md')
  expect(refreshCapacity(docs, roundsOf(JSON.parse(fileOf('bench.json'))))).toBe(docs)
})
