// The threshold bands behind glucose and the limits of heart rate, as a Chart.js plugin.
import type { ClinicalRules } from '@health/domain'
import type { Chart, Plugin, Scale } from 'chart.js'
import type { Colours } from './colours.ts'

/** Draws the five bands of glucose, a line at either end of the range in between, and the same two lines of heart rate. */
export const createBands = (rules: ClinicalRules, colours: () => Colours): Plugin<'line'> => ({
  id: 'bands',
  beforeDatasetsDraw: (chart) => {
    const { glucose, heartRate } = chart.scales
    const { bandVeryLow, bandLow, bandNormal, bandHigh, bandVeryHigh, low, high, heart, line } = colours()
    chart.ctx.save()
    if (glucose !== undefined && isSeen(glucose)) {
      const limits = rules.glucoseMgdl
      const edges = [glucose.min, limits.veryLow, limits.low, limits.high, limits.veryHigh, glucose.max]
      drawBands(chart, glucose, edges, [bandVeryLow, bandLow, bandNormal, bandHigh, bandVeryHigh])
      drawLine(chart, glucose, limits.low, low)
      drawLine(chart, glucose, limits.high, high)
    }
    if (heartRate !== undefined && isSeen(heartRate)) {
      drawLine(chart, heartRate, heartRate.max, line)
      chart.ctx.globalAlpha = 0.6
      drawLine(chart, heartRate, rules.heartRateBpm.low, heart)
      drawLine(chart, heartRate, rules.heartRateBpm.high, heart)
    }
    chart.ctx.restore()
  },
})

const isSeen = ({ options }: Scale): boolean => options.display !== false

function drawBands({ ctx, chartArea: { left, right } }: Chart, scale: Scale, edges: number[], fills: string[]): void {
  for (const [i, fill] of fills.entries()) {
    const top = scale.getPixelForValue(edges[i + 1] ?? scale.max)
    const bottom = scale.getPixelForValue(edges[i] ?? scale.min)
    ctx.fillStyle = fill
    ctx.fillRect(left, top, right - left, bottom - top)
  }
}

function drawLine({ ctx, chartArea: { left, right } }: Chart, scale: Scale, value: number, stroke: string): void {
  const y = Math.round(scale.getPixelForValue(value)) + 0.5
  ctx.setLineDash(value === scale.max ? [] : [4, 4])
  ctx.strokeStyle = stroke
  ctx.beginPath()
  ctx.moveTo(left, y)
  ctx.lineTo(right, y)
  ctx.stroke()
}
