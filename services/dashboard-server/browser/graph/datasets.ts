// The two lines of the graph. Chart.js asks functions for every point at every repaint, which a day of minutes makes
// slow: so the points are dots of our own (dots.ts), and Chart.js draws only the one that the mouse is at.
import type { ClinicalRules } from '@health/domain'
import type { Chart, ChartDataset, ScriptableContext } from 'chart.js'
import { type Tone, toneOfValue } from '../tone.ts'
import type { Colours } from './colours.ts'
import type { Point } from './points.ts'

/** Each line has an axis of its own, by the signal's name. */
export type LineDataset = ChartDataset<'line', Point[]> & { yAxisID: keyof typeof lineColours }

/** The lines among what the chart holds. */
export const linesOf = ({ data }: Chart<'line'>): LineDataset[] =>
  (data.datasets as LineDataset[]).filter(({ yAxisID }) => yAxisID in lineColours)

export const lineColours = { glucose: 'ink', heartRate: 'heart' } as const satisfies Record<string, keyof Colours>

/** What a point is drawn in: glucose in the tone of its value. */
export const pointColour = (line: LineDataset['yAxisID'], { y }: Point, rules: ClinicalRules): Tone | 'heart' =>
  line === 'glucose' ? toneOfValue('glucoseMgdl', y, rules) : lineColours.heartRate

/** Glucose and heart rate, without data yet. */
export const datasets = (rules: ClinicalRules, colours: () => Colours): [LineDataset, LineDataset] => [
  aLine('glucose', 2, rules, colours),
  aLine('heartRate', 1.5, rules, colours),
]

function aLine(
  yAxisID: LineDataset['yAxisID'],
  borderWidth: number,
  rules: ClinicalRules,
  colours: () => Colours,
): LineDataset {
  const hovered = ({ raw }: ScriptableContext<'line'>) => colours()[pointColour(yAxisID, raw as Point, rules)]
  return {
    data: [],
    yAxisID,
    borderColor: () => colours()[lineColours[yAxisID]],
    borderWidth,
    pointRadius: 0,
    pointBackgroundColor: 'transparent',
    pointBorderColor: 'transparent',
    pointHoverRadius: 4.5,
    pointHoverBackgroundColor: hovered,
    pointHoverBorderColor: hovered,
  }
}
