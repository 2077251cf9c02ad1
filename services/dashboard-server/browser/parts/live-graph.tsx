// The live graph of the chosen patient, with its pause and its table.
import type { LiveReading, PatientRow } from '@health/domain'
import { useEffect, useRef } from 'preact/hooks'
import { formatAge } from '../format.ts'
import { onEveryFrame } from '../graph/frames.ts'
import { createLiveChart } from '../graph/live-chart.ts'
import { judgedTime } from '../state/staleness.ts'
import { liveWindowMs } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { onThemeChange } from '../theme.ts'
import { words } from '../words.en.ts'
import { PauseIcon, PlayIcon } from './icons.tsx'
import type { Judge } from './measured.tsx'
import { ReadingTable } from './reading-table.tsx'
import { type Paused, usePause } from './use-pause.ts'

const says = words.graph

interface Props extends Judge {
  store: Store
  row: PatientRow
  readings: readonly LiveReading[]
}

export function LiveGraph({ store, row, readings, ...judge }: Props) {
  const { paused, pinned, onPin, hovering } = usePause(store)
  const shown = inWindow(paused ?? { readings, at: judge.now })
  return (
    <section class="panel graph" aria-labelledby="graph-heading">
      <div class="panel-head">
        <h2 id="graph-heading">
          {row.patient_id} <span class="muted">{says.heading}</span>
        </h2>
        <Legend />
        <span class="paused">{paused !== null && says.paused(newSince(paused, readings))}</span>
        <button type="button" class="quiet" aria-pressed={pinned} onClick={onPin}>
          {pinned ? <PlayIcon /> : <PauseIcon />}
          {pinned ? says.resume : says.pause}
        </button>
      </div>
      <div class="canvas" {...hovering}>
        <LiveCanvas store={store} paused={paused} label={says.label(row.patient_id)} settings={judge.settings} />
        {shown.length === 0 && (
          <p class="graph-empty">{says.emptySince(formatAge(judge.now - Date.parse(judgedTime(row))))}</p>
        )}
      </div>
      <ReadingTable readings={shown} {...judge} />
    </section>
  )
}

const Legend = () => (
  <span class="legend" aria-hidden="true">
    <span class="of-glucose">
      {words.signals.glucose} {words.units.glucose}
    </span>
    <span class="of-heart">
      {words.signals.heartRate} {words.units.heartRate}
    </span>
  </span>
)

interface CanvasProps {
  store: Store
  paused: Paused | null
  label: string
  settings: Judge['settings']
}

function LiveCanvas({ store, paused, label, settings }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const pausedNow = useRef(paused)
  pausedNow.current = paused
  useEffect(() => {
    if (canvas.current === null) return
    const chart = createLiveChart(canvas.current, settings.rules)
    const stopFrames = onEveryFrame(() => {
      const { live, clockOffsetMs } = store.state()
      const { readings, at } = pausedNow.current ?? { readings: live, at: Date.now() + clockOffsetMs }
      chart.draw(readings, at)
    })
    const stopTheme = onThemeChange(chart.recolour)
    return () => {
      stopFrames()
      stopTheme()
      chart.destroy()
    }
  }, [store, settings.rules])
  return <canvas ref={canvas} role="img" aria-label={label} />
}

const inWindow = ({ readings, at }: Paused): readonly LiveReading[] => {
  const from = new Date(at - liveWindowMs).toISOString()
  return readings.filter(({ measured_at }) => measured_at >= from)
}

const newSince = ({ readings }: Paused, live: readonly LiveReading[]): number => {
  const newest = readings.at(-1)?.received_at ?? ''
  return live.filter(({ received_at }) => received_at > newest).length
}
