// The picture itself: the canvas that the graph is drawn on, and what hands do on it.
import type { ClinicalRules } from '@health/domain'
import { useEffect, useRef } from 'preact/hooks'
import { axisWidth } from '../graph/chart-options.ts'
import { onEveryFrame } from '../graph/frames.ts'
import { followGestures, type Gestures, type Marked } from '../graph/gestures.ts'
import { createSignalChart } from '../graph/signal-chart.ts'
import { words } from '../locales/words.ts'
import type { Span } from '../state/history.ts'
import type { Shown } from '../state/history-view.ts'
import type { TimeWindow } from '../state/history-zoom.ts'
import { onThemeChange } from '../theme.ts'

export interface Frame {
  shown: Shown
  window: TimeWindow
}

interface Props {
  /** What to draw just now; asked for once a frame. */
  frame: () => Frame
  gestures: Gestures
  marked: Marked | null
  /** What to say in place of points. */
  empty: string | null
  resting: Partial<Record<'onPointerEnter' | 'onPointerMove' | 'onPointerLeave' | 'onFocus' | 'onBlur', () => void>>
  label: string
  rules: ClinicalRules
  span: Span
}

export function GraphPlot({ marked, empty, resting, label, rules, span, ...asked }: Props) {
  const plot = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef(asked)
  latest.current = asked
  useEffect(() => {
    if (canvas.current === null) return
    const chart = createSignalChart(canvas.current, rules, span)
    const stopFrames = onEveryFrame(() => {
      const { shown, window } = latest.current.frame()
      chart.draw(shown, window)
    })
    const stopTheme = onThemeChange(chart.recolour)
    return () => {
      stopFrames()
      stopTheme()
      chart.destroy()
    }
  }, [rules, span])
  useEffect(() => {
    const stage = plot.current?.parentElement
    if (plot.current && stage) return followGestures(stage, plot.current, () => latest.current.gestures)
  }, [])
  return (
    <>
      <div class="canvas" ref={plot} role="application" aria-label={label} aria-describedby="graph-keys" {...resting}>
        <canvas ref={canvas} role="img" aria-label={label} />
        {marked !== null && <div class="marked" style={placeOf(marked)} />}
        {empty !== null && <p class="graph-empty">{empty}</p>}
      </div>
      <p id="graph-keys" class="graph-keys">
        {words.history.keys}
      </p>
    </>
  )
}

/** Beside the axis, where the time begins. */
function placeOf({ from, to }: Marked) {
  const left = Math.min(from, to)
  return {
    left: `calc(${axisWidth}px + ${left} * (100% - ${axisWidth}px))`,
    width: `calc(${Math.abs(to - from)} * (100% - ${axisWidth}px))`,
  }
}
