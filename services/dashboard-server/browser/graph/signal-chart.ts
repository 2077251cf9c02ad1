// The graph: glucose on its threshold bands and heart rate in a strip below it, on one axis of time, drawn by Chart.js.
import type { ClinicalRules } from '@health/domain'
import { Chart, LinearScale, LineController, LineElement, LogarithmicScale, PointElement, Tooltip } from 'chart.js'
import type { Span } from '../state/history.ts'
import type { Shown } from '../state/history-view.ts'
import { type TimeWindow, widthOf } from '../state/history-zoom.ts'
import { createBands } from './bands.ts'
import { chartOptions } from './chart-options.ts'
import { readColours } from './colours.ts'
import { datasets, type LineDataset } from './datasets.ts'
import { createDots } from './dots.ts'
import { createDropTicks, dropDataset, dropsOf } from './drops.ts'
import { longestBridge, type Point, pointsOf, rangeAround } from './points.ts'
import { createSpreads } from './spreads.ts'

Chart.register(LinearScale, LogarithmicScale, LineController, LineElement, PointElement, Tooltip)

export interface SignalChart {
  /** Draws what is shown of the window. Cheap when neither has visibly changed. */
  draw(shown: Shown, window: TimeWindow): void
  /** Takes the page's colours afresh. */
  recolour(): void
  destroy(): void
}

/** The axis moves on once it would move by this part of a device pixel: nobody sees less. */
const visibleShift = 0.5
const ranges = { glucose: { min: 36, max: 280 }, heartRate: { min: 40, max: 160 } }
/** Glucose is three times as high as heart rate. Chart.js knows no height of nothing. */
const heights = { glucose: 3, heartRate: 1, hidden: 0.001 }

export function createSignalChart(canvas: HTMLCanvasElement, rules: ClinicalRules, span: Span): SignalChart {
  let colours = readColours(canvas.parentElement ?? document.body)
  const [glucose, heartRate] = datasets(rules, () => colours)
  const drops = dropDataset()
  const chart: LineChart = new Chart<'line', Point[]>(canvas, {
    type: 'line',
    data: { datasets: [glucose, heartRate, drops] },
    options: chartOptions(rules, span, () => colours),
    plugins: [
      createBands(rules, () => colours),
      createSpreads(() => colours),
      createDots(rules, () => colours),
      createDropTicks(drops, () => colours),
    ],
  })
  const measured = { glucose: false, heartRate: false }
  let drawn: Shown | null = null
  let shownWindow: TimeWindow = { from: 0, to: 0 }
  return {
    draw: ({ rows, dropped }, window) => {
      const pixelMs = widthOf(window) / Math.max(1, chart.width * devicePixelRatio)
      const shift = Math.max(Math.abs(window.from - shownWindow.from), Math.abs(window.to - shownWindow.to))
      const isDrawn = rows === drawn?.rows && dropped === drawn.dropped
      if (isDrawn && shift < pixelMs * visibleShift) return
      if (dropped !== drawn?.dropped) drops.data = dropsOf(dropped)
      if (rows !== drawn?.rows) {
        showPoints(chart, glucose, pointsOf(rows, 'glucose_mgdl'), span)
        showPoints(chart, heartRate, pointsOf(rows, 'heart_rate_bpm'), span)
        // What was measured once keeps its place, or the graph would change its shape with every silence.
        measured.glucose ||= glucose.data.length > 0
        measured.heartRate ||= heartRate.data.length > 0
        showAxis(chart, glucose, measured.glucose || !measured.heartRate)
        showAxis(chart, heartRate, measured.heartRate)
      }
      Object.assign(chart.options.scales?.['x'] ?? {}, { min: window.from, max: window.to })
      drawn = { rows, dropped }
      shownWindow = window
      chart.update('none')
    },
    recolour: () => {
      colours = readColours(canvas.parentElement ?? document.body)
      drawn = null
    },
    destroy: () => chart.destroy(),
  }
}

type LineChart = Chart<'line', Point[]>

/** Gives a line its points, and widens its axis where they need it. */
function showPoints(chart: LineChart, line: LineDataset, points: Point[], span: Span): void {
  line.data = points
  line.spanGaps = longestBridge(points, span)
  Object.assign(chart.options.scales?.[line.yAxisID] ?? {}, rangeAround(points, ranges[line.yAxisID], 20))
}

/** A signal that nobody measures takes no room. */
function showAxis(chart: LineChart, { yAxisID }: LineDataset, display: boolean): void {
  const stackWeight = display ? heights[yAxisID] : heights.hidden
  Object.assign(chart.options.scales?.[yAxisID] ?? {}, { display, stackWeight })
}
