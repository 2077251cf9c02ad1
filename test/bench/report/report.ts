// A benchmark's report as files: JSON with every round, and a page and a chart made from it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ConfigError } from '@health/runtime'
import type { Machine } from '../machine.ts'
import type { Sizes } from '../sizes.ts'
import { chart } from './chart.ts'
import { growthOf } from './growth.ts'
import { growthTables, markdownTable, resultTable } from './print.ts'
import { type Rounds, resultOf, type WorkRounds } from './result.ts'

export interface Report {
  quick: boolean
  machine: Machine
  sizes: Sizes
  works: Readonly<Record<string, MeasuredWork>>
}

/** The works of a report may come from several runs: each says when and at which commit it was measured. */
export interface MeasuredWork {
  /** RFC 3339. */
  at: string
  commit: string
  /** The load average of the minute before the run. */
  loadBefore: number
  rounds: WorkRounds
}

/** The figures of all works. */
export const roundsOf = ({ works }: Report): Rounds =>
  Object.fromEntries(Object.entries(works).map(([name, { rounds }]) => [name, rounds]))

const pageName = 'benchmarks.md'
const chartName = 'bench.svg'

/**
 * The report in `jsonFile`, so that works that are not measured again stay in it; `null` where there is no such file.
 * Throws a `ConfigError` where sizes or machine differ: such figures cannot be compared.
 */
export function readReport(jsonFile: string, { quick, machine, sizes }: Omit<Report, 'works'>): Report | null {
  if (!existsSync(jsonFile)) return null
  const report: Report = JSON.parse(readFileSync(jsonFile, 'utf8'))
  const before: Record<string, unknown> = { quick: report.quick, sizes: report.sizes, ...report.machine }
  const differing = Object.entries({ quick, sizes, ...machine }).find(
    ([key, value]) => !isDeepStrictEqual(value, before[key]),
  )
  if (differing === undefined) return report
  const [name, now] = differing
  throw new ConfigError(
    `${jsonFile} was measured with ${name} ${JSON.stringify(before[name])}, not ${JSON.stringify(now)}. Measure as it was, or give --out a new file.`,
  )
}

/** Writes `jsonFile`, and the page and the chart into its folder. */
export function writeReport(jsonFile: string, report: Report): void {
  const folder = dirname(jsonFile)
  const rounds = roundsOf(report)
  const lines = resultOf(rounds)
  mkdirSync(folder, { recursive: true })
  writeFileSync(jsonFile, `${JSON.stringify({ ...report, lines, growth: growthOf(rounds) }, null, 2)}\n`)
  writeFileSync(join(folder, chartName), chart(lines))
  writeFileSync(join(folder, pageName), markdownPage(report))
}

/** docs/benchmarks.md: the result, and how to read it. */
function markdownPage(report: Report): string {
  const { quick, machine, sizes, works } = report
  const { processors, memoryBytes, ...versions } = machine
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const rounds = roundsOf(report)
  return `# Benchmarks

Made by \`pnpm bench\`; do not edit.${quick ? ' **Quick: sizes too small to quote.**' : ''}
${processors}, ${Math.round(memoryBytes / 2 ** 30)} GiB; ${software.join(', ')}.

![How many times better than the peer, with the goals](${chartName})

Figures are medians of all rounds, in brackets the least and the most. In each round all contenders do the same work one after the
other, on the same Kafka, Redis, topic and lake; ratios are taken within a round. Kafka, Redis, the load generators and the
measured processes share this machine.

${markdownTable(resultTable(resultOf(rounds)))}

- **Drain**: the full service from its start until its last position is in the views, with every record counted and every dropped
  one checked. *Spark, latest* lets the JVM keep the newest reading of each patient in a micro-batch, and writes that; *Spark, row*
  writes every row, as the original does. Neither keeps a live window, statistics, dead letters or an atomic position.
- **kafkajs** fetches the same topic and parses each message as JSON, nothing else; for ingress it produces the same records with
  acks=all. It carries the same patches as in the services, with which it reads 1.5 times as fast as the published version.
  **kcat** reads the topic and discards it. **wc** is \`wc -l\` over the same lake.
- **Kafka to Redis**: from just before a reading is sent until a subscriber receives it, or a newer one of its patient.
- **Bridge to browser**: from just before a reading is posted until a Socket.io client receives it, in whole milliseconds.
- **Batch**: the whole process; for Spark without its shutdown and without writing to Redis.
- **Memory** is the peak of the resident memory of all processes of a contender together, sampled five times a second.
- **Fan-out**: 1,000 patients send once a second. 20 real clients measure; the other sockets watch one patient each and read
  everything that is sent to them. The delay of a row ends when the patient's row shows the reading or a newer one.
- **Page**: a real Chromium, 1440 × 900, without a graphics card, on the same processors, while 1,000 patients send once a second.
  *Opened* is the time from a cold start until patients are drawn and the page is idle. Frames are compared with those of an empty
  page under the same load.
- **Footprint**: a patient with a day of readings, every window full, as Redis and Kafka store it.

## As it grows

One thing grows, the others stay at 6 partitions, 200 patients and 1 instance. After the first column, each figure is followed by
its ratio to the first column. *flat* figures should stay the same, *linear* ones should grow no faster than the size; a factor of
1.5 is tolerated.

${growthTables(growthOf(rounds)).map(markdownTable).join('\n\n')}

- A **drain** takes ${sizes.growth.messages.toLocaleString('en')} messages; rate and processor time are counted from the first batch on, or from when all instances have
  joined. Kafka and Redis share the ${machine.processors.split(' ')[0]} cores, which limits the rate of several instances: compare the processor time a message.
- **Patients**: while there is a backlog, the views are written every second, and every three seconds with thousands of patients. The
  more patients share that time, the fewer readings of one patient are combined into one write; at the limit each message costs a
  write of its own.
- **Days** are days of ${sizes.growth.rowsADay.toLocaleString('en')} rows in the lake. A batch run is measured in the service, from the request until it is published:
  everything into empty views, then again after one more minute of ${sizes.growth.lastMinuteRows.toLocaleString('en')} rows.

## When each was measured

${markdownTable([['work', 'day', 'commit', 'rounds', 'load average before'], ...Object.entries(works).map(measuredRow)])}
`
}

const measuredRow = ([name, { at, commit, loadBefore, rounds }]: [string, MeasuredWork]): string[] => [
  name,
  at.slice(0, 10),
  commit,
  String(Math.max(...Object.values(rounds).map(({ length }) => length))),
  String(loadBefore),
]
