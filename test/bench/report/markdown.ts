// docs/benchmarks.md: the result with what is needed to read it.
import { growthOf } from './growth.ts'
import { markdownGrowth } from './growth-table.ts'
import { type MeasuredWork, type Report, roundsOf } from './report.ts'
import { resultOf } from './result.ts'
import { markdownRows, markdownTable } from './table.ts'

export function markdownPage(report: Report, chartName: string): string {
  const { quick, machine, sizes, works } = report
  const { processors, memoryBytes, ...versions } = machine
  const parts = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `# Benchmarks

Made by \`pnpm bench\`; do not edit.${quick ? ' **Quick: sizes too small to quote.**' : ''}
${processors}, ${Math.round(memoryBytes / 2 ** 30)} GiB; ${parts.join(', ')}.

![How many times better than what stands beside it, with the goals](${chartName})

Figures are medians of all rounds, in brackets the least and the most. In a round everybody does the same work one after the
other, on the same Kafka, Redis, topic and lake; ratios are taken within a round. Kafka, Redis, the loads and what is measured
share this machine.

${markdownTable(resultOf(roundsOf(report)))}

- **Drain**: the full service from its start until its last position is in the views, every record counted and every dropped one
  checked. *Spark, latest* lets the JVM keep the newest reading of each patient in a micro-batch, and writes that; *Spark, row*
  writes every row, as the original does. Neither keeps a live window, statistics, dead letters or an atomic position.
- **kafkajs** fetches the same topic and parses each message as JSON, no more; for ingress it produces the same records with
  acks=all. It is patched as the services have it, and reads half as fast again as it is published. **kcat** reads the topic and
  throws it away. **wc** is \`wc -l\` over the same lake.
- **Kafka to Redis**: from the moment before a reading is sent until a subscriber is told of it, or of a newer one of its patient.
- **Bridge to browser**: from the moment before a reading is posted until a Socket.io client has it, in whole milliseconds.
- **Batch**: the whole process, for Spark without its end and without writing to Redis.
- **Memory** is the most that all processes of a contender had resident together, looked at five times a second.
- **Fan-out**: 1,000 patients send once a second. 20 real clients measure among sockets that watch a patient each and read all that
  they are sent. A reading is as late in a row as it takes until the patient's row shows it or a newer one.
- **Page**: a real Chromium, 1440 × 900, no graphics card, on the same processors, while 1,000 patients send once a second.
  *Opened* is when patients are drawn and the page has nothing else to do, from a cold start of it. Beside the frames stand those
  of an empty page under the same load.
- **Footprint**: a patient with a day of readings, every window full, as Redis and Kafka hold it.

## As it grows

One thing grows, the others stay at 6 partitions, 200 patients and 1 instance. Behind each figure stands how many times that of
the first column it is. *flat* should stay, *linear* should grow no faster than the size; a factor of 1.5 is let pass.

${markdownGrowth(growthOf(roundsOf(report)))}

- A **drain** takes ${sizes.growth.messages.toLocaleString('en')} messages; rate and processor time are counted from the first batch on, or from when all instances have
  joined. Kafka and Redis have the same ${machine.processors.split(' ')[0]} cores: the rate of several instances is bound by them, so look at the processor
  time a message.
- **Patients**: while the log has more, the views are written every second, with thousands of patients every three. The more patients
  share that time, the less there is to put together, up to where each message pays for a patient of its own.
- **Days** are days of ${sizes.growth.rowsADay.toLocaleString('en')} rows in the lake, the batch run is that of the service that waits to be asked, from asking until it is
  published: everything into empty views, then again after one more minute of ${sizes.growth.lastMinuteRows.toLocaleString('en')} rows.

## When each was measured

${markdownRows([['work', 'day', 'commit', 'rounds', 'load average before'], ...Object.entries(works).map(whenMeasured)])}
`
}

const whenMeasured = ([name, { at, commit, loadBefore, rounds }]: [string, MeasuredWork]): string[] => [
  name,
  at.slice(0, 10),
  commit,
  String(Math.max(...Object.values(rounds).map(({ length }) => length))),
  String(loadBefore),
]
