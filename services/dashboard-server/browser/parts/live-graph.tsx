// The graph of the chosen patient over the span that is chosen, with its pause, its zoom and its table.
import type { DroppedEvent, LiveReading, MinuteRow, PatientRow } from '@health/api'
import { useRef } from 'preact/hooks'
import { formatAge, formatTime } from '../format.ts'
import { words } from '../locales/words.ts'
import { type GraphRow, liveSpan, type Span } from '../state/history.ts'
import { judgedTime } from '../state/staleness.ts'
import type { Store } from '../state/store.ts'
import { type History, useHistory, useSpan } from './history-feed.ts'
import { GraphPlot } from './history-plot.tsx'
import { SpanChoice } from './history-span.tsx'
import { MinuteTable } from './history-table.tsx'
import { GraphTools } from './history-tools.tsx'
import type { Judge } from './measured.tsx'
import { ReadingTable } from './reading-table.tsx'
import { usePause } from './use-pause.ts'

const says = words.history
/** Of the longer spans nobody keeps what was dropped; the pipeline's dead letters do. */
const nothing: readonly DroppedEvent[] = []

interface Props extends Judge {
  store: Store
  row: PatientRow
  readings: readonly LiveReading[]
  dropped: readonly DroppedEvent[]
}

export function LiveGraph(props: Props) {
  const { store, row } = props
  const [span, chooseSpan] = useSpan(store, row.patient_id)
  return (
    <section class="panel graph" aria-labelledby="graph-heading">
      <div class="panel-head">
        <h2 id="graph-heading">
          {row.patient_id} <span class="muted">{says.last[span]}</span>
        </h2>
        <Legend dropped={span === liveSpan && props.dropped.length > 0} />
        <SpanChoice span={span} onChoose={chooseSpan} />
      </div>
      <SpanGraph key={span} span={span} {...props} />
    </section>
  )
}

const Legend = ({ dropped }: { dropped: boolean }) => (
  <span class="legend" aria-hidden="true">
    <span class="of-glucose">
      {words.signals.glucose} {words.units.glucose}
    </span>
    <span class="of-heart">
      {words.signals.heartRate} {words.units.heartRate}
    </span>
    {dropped && <span class="of-dropped">{says.dropped}</span>}
  </span>
)

function SpanGraph({ store, row, readings, dropped, span, ...judge }: Props & { span: Span }) {
  const history = useHistory(store, row, span, judge)
  const minutes = useRef(history.minutes)
  minutes.current = history.minutes
  const shownNow = () => {
    const { live, dropped } = store.state()
    return span === liveSpan ? { rows: live, dropped } : { rows: minutes.current, dropped: nothing }
  }
  const { view, marked, frame, windowAt, gestures, onPause, resting } = usePause(store, span, shownNow)
  // The table follows the page's clock, as all numbers do; where the window runs, a clock ahead of it is no matter.
  const window = windowAt(judge.now)
  const from = new Date(window.from).toISOString()
  const to = view.zoom === null ? null : new Date(window.to).toISOString()
  const rows = (view.paused?.rows ?? (span === liveSpan ? readings : history.minutes)).filter(
    ({ measured_at }) => measured_at >= from && (to === null || measured_at <= to),
  )
  return (
    <>
      <div class="stage">
        <GraphTools view={view} gestures={gestures} onPause={onPause} />
        <GraphPlot
          frame={frame}
          gestures={gestures}
          marked={marked}
          empty={rows.length === 0 && view.zoom === null ? emptyText(row, span, history, judge.now) : null}
          resting={resting}
          label={says.label(row.patient_id, says.last[span])}
          rules={judge.settings.rules}
          span={span}
        />
      </div>
      {history.failed && history.readAt !== null && (
        <output class="graph-note">{says.notCurrent(formatTime(history.readAt, judge.now))}</output>
      )}
      {span === liveSpan ? (
        <ReadingTable
          readings={rows.filter(isReading)}
          dropped={(view.paused?.dropped ?? dropped).filter(
            ({ received_at }) => received_at >= from && (to === null || received_at <= to),
          )}
          {...judge}
        />
      ) : (
        <MinuteTable minutes={rows.filter(isMinute)} {...judge} />
      )}
    </>
  )
}

const isReading = (row: GraphRow): row is LiveReading => 'status' in row
const isMinute = (row: GraphRow): row is MinuteRow => !isReading(row)

/** Why there is nothing to see. */
function emptyText(row: PatientRow, span: Span, { readAt, failed }: History, now: number): string {
  const last = says.last[span]
  if (span !== liveSpan && readAt === null) return failed ? says.unread(last) : says.loading
  return says.empty(last, formatAge(now - Date.parse(judgedTime(row))))
}
