// The live graph: glucose on its threshold bands and heart rate on an axis of its own, drawn by Chart.js.
import type { ClinicalRules, LiveReading } from '@health/domain'
import { Chart, LinearScale, LineController, LineElement, LogarithmicScale, PointElement, Tooltip } from 'chart.js'
import { liveWindowMs } from '../state/state.ts'
import { createBands } from './bands.ts'
import { chartOptions } from './chart-options.ts'
import { readColours } from './colours.ts'
import { datasets, type LineDataset } from './datasets.ts'
import { longestSpan, type Point, pointsOf, type Range, rangeAround } from './points.ts'

Chart.register(LinearScale, LogarithmicScale, LineController, LineElement, PointElement, Tooltip)

export interface LiveChart {
  /** Draws the readings in the window that ends at `end` (epoch ms). Cheap when neither has visibly changed. */
  draw(readings: readonly LiveReading[], end: number): void
  /** Takes the page's colours afresh. */
  recolour(): void
  destroy(): void
}

/** The axis moves on once it would move by this part of a device pixel: nobody sees less. */
const visibleShift = 0.5
const glucoseRange = { min: 36, max: 280 }
const heartRateRange = { min: 40, max: 160 }

export function createLiveChart(canvas: HTMLCanvasElement, rules: ClinicalRules): LiveChart {
  let colours = readColours(canvas.parentElement ?? document.body)
  const [glucose, heartRate] = datasets(rules, () => colours)
  const chart: LineChart = new Chart<'line', Point[]>(canvas, {
    type: 'line',
    data: { datasets: [glucose, heartRate] },
    options: chartOptions(rules, () => colours),
    plugins: [createBands(rules.glucoseMgdl, () => colours)],
  })
  let shown: readonly LiveReading[] | null = null
  let shownEnd = 0
  return {
    draw: (readings, end) => {
      const pixelMs = liveWindowMs / Math.max(1, chart.width * devicePixelRatio)
      if (readings === shown && Math.abs(end - shownEnd) < pixelMs * visibleShift) return
      if (readings !== shown) {
        showPoints(chart, glucose, pointsOf(readings, 'glucose_mgdl'), glucoseRange)
        showPoints(chart, heartRate, pointsOf(readings, 'heart_rate_bpm'), heartRateRange)
      }
      showWindow(chart, end)
      shown = readings
      shownEnd = end
      chart.update('none')
    },
    recolour: () => {
      colours = readColours(canvas.parentElement ?? document.body)
      shown = null
    },
    destroy: () => chart.destroy(),
  }
}

type LineChart = Chart<'line', Point[]>

/** Gives a line its points, and widens its axis where they need it. */
function showPoints(chart: LineChart, line: LineDataset, points: Point[], standard: Range): void {
  line.data = points
  line.spanGaps = longestSpan(points)
  const axis = chart.options.scales?.[line.yAxisID ?? '']
  if (axis) Object.assign(axis, rangeAround(points, standard, 20))
}

function showWindow(chart: LineChart, end: number): void {
  const x = chart.options.scales?.['x']
  if (x) Object.assign(x, { min: end - liveWindowMs, max: end })
}
