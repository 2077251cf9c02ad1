// The two lines of the live graph. Their points are styled by functions, which Chart.js asks at every repaint: a plain
// value would stay as it was at the first one.
import type { ClinicalRules } from '@health/domain'
import type { ChartDataset, ScriptableContext } from 'chart.js'
import { toneOfValue } from '../tone.ts'
import type { Colours } from './colours.ts'
import type { Point } from './points.ts'

export type LineDataset = ChartDataset<'line', Point[]>

/** Glucose, each point in the tone of its value, and heart rate behind it; without data yet. */
export function datasets(rules: ClinicalRules, colours: () => Colours): [LineDataset, LineDataset] {
  const heart = () => colours().heart
  const tone = ({ raw }: Context) => {
    // Asked for the line as a whole, too, which has no value.
    const point = raw as Point | undefined
    return point === undefined ? colours().ink : colours()[toneOfValue('glucoseMgdl', point.y, rules)]
  }
  return [
    {
      data: [],
      yAxisID: 'glucose',
      order: 1,
      borderColor: () => colours().ink,
      borderWidth: 2,
      pointBackgroundColor: tone,
      pointBorderColor: tone,
      pointRadius: (context) => (isCrowded(context) ? 1.5 : 2.5),
      pointHoverRadius: 5,
    },
    {
      data: [],
      yAxisID: 'heartRate',
      order: 2,
      borderColor: heart,
      borderWidth: 1.5,
      pointBackgroundColor: heart,
      pointBorderColor: heart,
      // Never nothing: a value between two gaps has no line to be seen by.
      pointRadius: (context) => (isCrowded(context) ? 0.5 : 1),
      pointHoverRadius: 4,
    },
  ]
}

type Context = ScriptableContext<'line'>

const isCrowded = ({ chart, dataset }: Context): boolean => chart.width < dataset.data.length * 8
