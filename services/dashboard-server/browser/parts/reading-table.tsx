// The live graph's values as a table, for those who do not see the graph.
import type { LiveReading } from '@health/domain'
import { useState } from 'preact/hooks'
import { formatClock } from '../format.ts'
import { words } from '../words.en.ts'
import { type Judge, MeasuredNumber } from './measured.tsx'

const says = words.graph

export function ReadingTable({ readings, ...judge }: { readings: readonly LiveReading[] } & Judge) {
  const [open, setOpen] = useState(false)
  return (
    <details class="reading-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{says.table}</summary>
      {open && <Table readings={readings} {...judge} />}
    </details>
  )
}

const heads = [
  says.time,
  `${words.signals.glucose} (${words.units.glucose})`,
  `${words.signals.heartRate} (${words.units.heartRate})`,
  says.status,
]

const Table = ({ readings, ...judge }: { readings: readonly LiveReading[] } & Judge) => (
  <div class="scrolls">
    <table>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {readings.toReversed().map((reading, i) => (
          <Row key={`${reading.measured_at} ${i}`} reading={reading} {...judge} />
        ))}
      </tbody>
    </table>
  </div>
)

const Row = ({ reading, ...judge }: { reading: LiveReading } & Judge) => (
  <tr>
    <th scope="row">{formatClock(Date.parse(reading.measured_at))}</th>
    <td>
      <MeasuredNumber signal="glucoseMgdl" value={reading.glucose_mgdl} measuredAt={reading.measured_at} {...judge} />
    </td>
    <td>
      <MeasuredNumber
        signal="heartRateBpm"
        value={reading.heart_rate_bpm}
        measuredAt={reading.measured_at}
        {...judge}
      />
    </td>
    <td>{words.statuses[reading.status]}</td>
  </tr>
)
