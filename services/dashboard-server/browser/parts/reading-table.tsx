// The graph's values as a table, for those who do not see the graph.
import type { DroppedEvent, LiveReading } from '@health/api'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { formatClock } from '../format.ts'
import { dropReasons, words } from '../locales/words.ts'
import { type Judge, MeasuredNumber } from './measured.tsx'

const says = words.graph

const heads = [
  says.time,
  `${words.signals.glucose} (${words.units.glucose})`,
  `${words.signals.heartRate} (${words.units.heartRate})`,
  says.status,
]

interface Props extends Judge {
  /** Oldest first, as both are. */
  readings: readonly LiveReading[]
  dropped: readonly DroppedEvent[]
}

export const ReadingTable = ({ readings, dropped, ...judge }: Props) => (
  <FoldedTable heads={heads}>
    {() =>
      [...readings, ...dropped]
        .sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1))
        .map((each, i) =>
          'reasons' in each ? (
            <DroppedRow key={`${each.received_at} ${i}`} dropped={each} />
          ) : (
            <Row key={`${each.measured_at} ${i}`} reading={each} {...judge} />
          ),
        )
    }
  </FoldedTable>
)

/** Of what was dropped only the log's own time can be trusted. */
const timeOf = (each: LiveReading | DroppedEvent): string => ('reasons' in each ? each.received_at : each.measured_at)

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

const DroppedRow = ({ dropped: { received_at, reasons } }: { dropped: DroppedEvent }) => (
  <tr>
    <th scope="row">{formatClock(Date.parse(received_at))}</th>
    <td colSpan={3}>{words.history.droppedBecause(dropReasons(reasons))}</td>
  </tr>
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
