// How the live graph looks: its axes, which keep their width whatever the values, and its tooltip.
import type { ClassifiedSignal, ClinicalRules } from '@health/domain'
import type { ChartOptions, Scale } from 'chart.js'
import { formatClock, formatValue } from '../format.ts'
import { words } from '../words.en.ts'
import type { Colours } from './colours.ts'
import { roundTimes } from './points.ts'

type Options = ChartOptions<'line'>
type TooltipOptions = NonNullable<NonNullable<Options['plugins']>['tooltip']>
type Axis = NonNullable<NonNullable<Options['scales']>[string]>

const axisWidth = 38
const font = { size: 11, family: 'system-ui, sans-serif' }
/** A time is written at most every so many pixels. */
const pixelsPerTime = 90
/** A label this close to either edge (of the whole axis) would be cut off. */
const edge = 0.04

/** Options of the chart of one patient; `colours` are asked for at every repaint. */
export const chartOptions = (rules: ClinicalRules, colours: () => Colours): Options => ({
  animation: false,
  parsing: false,
  normalized: true,
  maintainAspectRatio: false,
  layout: { autoPadding: false, padding: { top: 8 } },
  interaction: { mode: 'nearest', axis: 'x', intersect: false },
  scales: {
    x: timeAxis(colours),
    glucose: glucoseAxis(rules, colours),
    heartRate: heartRateAxis(colours),
  },
  plugins: { tooltip: tooltip(rules, colours) },
})

const timeAxis = (colours: () => Colours): Axis => ({
  type: 'linear',
  grid: { color: () => colours().line, drawTicks: false },
  border: { display: false },
  ticks: {
    color: () => colours().muted,
    font,
    autoSkip: false,
    maxRotation: 0,
    padding: 6,
    callback: (time) => formatClock(Number(time)),
  },
  afterBuildTicks: (axis) => {
    const margin = (axis.max - axis.min) * edge
    const stepMs = axis.chart.width > 6 * pixelsPerTime ? 10_000 : 20_000
    axis.ticks = roundTimes(axis.min + margin, axis.max - margin, stepMs).map((value) => ({ value }))
  },
  // Room for labels at the ends would come and go as they pass, and the graph would shake.
  afterFit: (axis) => {
    axis.paddingLeft = 0
    axis.paddingRight = 0
  },
})

const valueAxis = (colour: 'muted' | 'heart', colours: () => Colours) => ({
  grid: { display: false },
  border: { display: false },
  ticks: { color: () => colours()[colour], font, stepSize: 40, padding: 6, callback: String },
  afterFit: (axis: Scale) => {
    axis.width = axisWidth
  },
})

/**
 * Glucose is read against its thresholds, so these are what its axis names. It is logarithmic, as Nightscout's is: ten
 * mg/dL are much to someone at 50 and little to someone at 250.
 */
const glucoseAxis = (
  { glucoseMgdl: { veryLow, low, high, veryHigh } }: ClinicalRules,
  colours: () => Colours,
): Axis => ({
  type: 'logarithmic',
  position: 'left',
  ...valueAxis('muted', colours),
  afterBuildTicks: (axis) => {
    axis.ticks = [veryLow, low, high, veryHigh].map((value) => ({ value }))
  },
})

const heartRateAxis = (colours: () => Colours): Axis => ({
  type: 'linear',
  position: 'right',
  ...valueAxis('heart', colours),
})

const signals = ['glucoseMgdl', 'heartRateBpm'] as const satisfies readonly ClassifiedSignal[]
const units = { glucoseMgdl: words.units.glucose, heartRateBpm: words.units.heartRate } as const

const tooltip = (rules: ClinicalRules, colours: () => Colours): TooltipOptions => ({
  animation: false,
  displayColors: false,
  backgroundColor: () => colours().ink,
  titleColor: () => colours().panel,
  bodyColor: () => colours().panel,
  callbacks: {
    title: ([item]) => formatClock(item?.parsed.x ?? 0),
    label: ({ datasetIndex, parsed }) => {
      const signal = signals[datasetIndex] ?? 'glucoseMgdl'
      return `${formatValue(signal, parsed.y ?? 0, rules)} ${units[signal]}`
    },
  },
})
