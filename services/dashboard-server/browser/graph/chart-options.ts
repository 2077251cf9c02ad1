// How the graph looks: its axes, which keep their width whatever the values, and its tooltip.
import type { ClassifiedSignal, ClinicalRules } from '@health/domain'
import type { ChartOptions, Scale } from 'chart.js'
import { formatClock, formatLimit, formatMinute, formatValue } from '../format.ts'
import { dropReasons, words } from '../locales/words.ts'
import { liveSpan, type Span } from '../state/history.ts'
import type { Colours } from './colours.ts'
import { type Drop, dropAxis } from './drops.ts'
import type { Point } from './points.ts'
import { aheadOfUtc, roundTimes, stepFor } from './times.ts'

type Options = ChartOptions<'line'>
type TooltipOptions = NonNullable<NonNullable<Options['plugins']>['tooltip']>
type Axis = NonNullable<NonNullable<Options['scales']>[string]>

/** What the axes of values take at the left; the rest of the graph's width, to its right edge, is time. */
export const axisWidth = 38
const font = { size: 11, family: 'system-ui, sans-serif' }
/** A time is written at most every so many pixels. */
const pixelsPerTime = 90
/** A label this close to either edge (of the whole axis) would be cut off. */
const edge = 0.04

/** Options of the chart of one patient; `colours` are asked for at every repaint. */
export const chartOptions = (rules: ClinicalRules, span: Span, colours: () => Colours): Options => ({
  animation: false,
  parsing: false,
  normalized: true,
  maintainAspectRatio: false,
  layout: { autoPadding: false, padding: { top: 8 } },
  interaction: { mode: 'nearest', axis: 'x', intersect: false },
  scales: {
    x: timeAxis(span, colours),
    glucose: glucoseAxis(rules, colours),
    heartRate: heartRateAxis(rules, colours),
    ...dropAxis,
  },
  plugins: { tooltip: tooltip(rules, span, colours) },
})

/** Seconds where single readings are shown; with its day, where that is not the last one shown. */
const timeText = (span: Span, time: number, newest: number): string =>
  span === liveSpan ? formatClock(time) : formatMinute(time, newest)

const timeAxis = (span: Span, colours: () => Colours): Axis => ({
  type: 'linear',
  grid: { color: () => colours().line, drawTicks: false },
  border: { display: false },
  ticks: {
    color: () => colours().muted,
    font,
    autoSkip: false,
    maxRotation: 0,
    padding: 6,
    callback(time) {
      return timeText(span, Number(time), this.max)
    },
  },
  afterBuildTicks: (axis) => {
    const margin = (axis.max - axis.min) * edge
    const stepMs = stepFor(axis.max - axis.min, axis.chart.width / pixelsPerTime)
    const times = roundTimes(axis.min + margin, axis.max - margin, stepMs, aheadOfUtc(axis.max))
    axis.ticks = times.map((value) => ({ value }))
  },
  // Room for labels at the ends would come and go as they pass, and the graph would shake.
  afterFit: (axis) => {
    axis.paddingLeft = 0
    axis.paddingRight = 0
  },
})

/** Both axes of values stand in one column: heart rate in a strip of its own below glucose. */
const valueAxis = (signal: ClassifiedSignal, limits: number[], colour: () => string) => ({
  position: 'left' as const,
  stack: 'signals',
  grid: { display: false },
  border: { display: false },
  // They are read against their limits, so these are what they name.
  afterBuildTicks: (axis: Scale) => {
    axis.ticks = limits.map((value) => ({ value }))
  },
  ticks: {
    color: colour,
    font,
    padding: 6,
    autoSkip: false,
    callback: (limit: number | string) => formatLimit(signal, Number(limit)),
  },
  afterFit: (axis: Scale) => {
    axis.width = axisWidth
  },
})

/** Logarithmic, as Nightscout's is: ten mg/dL are much to someone at 50 and little to someone at 250. */
const glucoseAxis = (
  { glucoseMgdl: { veryLow, low, high, veryHigh } }: ClinicalRules,
  colours: () => Colours,
): Axis => ({
  type: 'logarithmic',
  weight: 2,
  ...valueAxis('glucoseMgdl', [veryLow, low, high, veryHigh], () => colours().muted),
})

const heartRateAxis = ({ heartRateBpm: { low, high } }: ClinicalRules, colours: () => Colours): Axis => ({
  type: 'linear',
  weight: 1,
  ...valueAxis('heartRateBpm', [low, high], () => colours().heart),
})

const signals = ['glucoseMgdl', 'heartRateBpm'] as const satisfies readonly ClassifiedSignal[]
const units = { glucoseMgdl: words.units.glucose, heartRateBpm: words.units.heartRate } as const

const tooltip = (rules: ClinicalRules, span: Span, colours: () => Colours): TooltipOptions => ({
  animation: false,
  displayColors: false,
  backgroundColor: () => colours().ink,
  titleColor: () => colours().panel,
  bodyColor: () => colours().panel,
  callbacks: {
    title: ([item]) => timeText(span, item?.parsed.x ?? 0, item?.chart.scales['x']?.max ?? 0),
    label: ({ datasetIndex, raw }) => {
      const signal = signals[datasetIndex] ?? 'glucoseMgdl'
      const point = raw as Point | Drop
      if ('reasons' in point) return words.history.droppedBecause(dropReasons(point.reasons))
      const { y, min, max } = point
      const text = (value: number) => formatValue(signal, value, rules)
      const value = min === max ? text(y) : words.history.spread(text(y), text(min), text(max))
      return `${value} ${units[signal]}`
    },
  },
})
