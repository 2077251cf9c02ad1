// The points of the lines, each in the tone of its value, as a Chart.js plugin.
import type { ClinicalRules } from '@health/domain'
import type { Chart, Plugin } from 'chart.js'
import type { Colours } from './colours.ts'
import { type LineDataset, linesOf, pointColour } from './datasets.ts'

/** Smaller where they would touch; never nothing, for a value between two gaps has no line to be seen by. */
export function radiusFor(pixelsPerPoint: number): number {
  if (pixelsPerPoint >= 8) return 2.5
  return pixelsPerPoint >= 3 ? 1.5 : 1
}

export const createDots = (rules: ClinicalRules, colours: () => Colours): Plugin<'line'> => ({
  id: 'dots',
  afterDatasetDraw: (chart, { index }) => {
    const line = linesOf(chart)[index]
    if (line !== undefined) drawDots(chart, line, rules, colours())
  },
})

function drawDots(
  { ctx, scales }: Chart<'line'>,
  { data, yAxisID }: LineDataset,
  rules: ClinicalRules,
  colours: Colours,
): void {
  const { x, [yAxisID]: y } = scales
  if (x === undefined || y === undefined) return
  const seen = data.filter((point) => point.x >= x.min && point.x <= x.max)
  const radius = radiusFor(x.width / seen.length) * (yAxisID === 'heartRate' ? 0.6 : 1)
  ctx.save()
  for (const point of seen) {
    ctx.fillStyle = colours[pointColour(yAxisID, point, rules)]
    ctx.beginPath()
    ctx.arc(x.getPixelForValue(point.x), y.getPixelForValue(point.y), radius, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.restore()
}
