// The graph's values as a table, for those who do not see the graph.
import type { LiveReading } from '@health/domain'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { formatClock } from '../format.ts'
import { words } from '../words.ts'
import { type Judge, MeasuredNumber } from './measured.tsx'

const says = words.graph

const heads = [
  says.time,
  `${words.signals.glucose} (${words.units.glucose})`,
  `${words.signals.heartRate} (${words.units.heartRate})`,
  says.status,
]

export const ReadingTable = ({ readings, ...judge }: { readings: readonly LiveReading[] } & Judge) => (
  <FoldedTable heads={heads}>
    {() =>
      readings
        .toReversed()
        .map((reading, i) => <Row key={`${reading.measured_at} ${i}`} reading={reading} {...judge} />)
    }
  </FoldedTable>
)

/** A table behind a key; its rows are made only while it is open. */
export function FoldedTable({ heads, children }: { heads: readonly string[]; children: () => ComponentChildren }) {
  const [open, setOpen] = useState(false)
  return (
    <details class="reading-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{says.table}</summary>
      {open && (
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
            <tbody>{children()}</tbody>
          </table>
        </div>
      )}
    </details>
  )
}

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
