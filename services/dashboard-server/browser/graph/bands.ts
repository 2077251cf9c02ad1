// The threshold bands behind the live graph, as a Chart.js plugin.
import type { Thresholds } from '@health/domain'
import type { Plugin } from 'chart.js'
import type { Colours } from './colours.ts'

/** Draws the five bands of glucose, and a line at either end of the range in between. */
export const createBands = (limits: Thresholds, colours: () => Colours): Plugin<'line'> => ({
  id: 'bands',
  beforeDatasetsDraw: ({ ctx, chartArea: { left, right }, scales }) => {
    const scale = scales['glucose']
    if (scale === undefined) return
    const { bandVeryLow, bandLow, bandNormal, bandHigh, bandVeryHigh, low, high } = colours()
    const edges = [scale.min, limits.veryLow, limits.low, limits.high, limits.veryHigh, scale.max]
    const fills = [bandVeryLow, bandLow, bandNormal, bandHigh, bandVeryHigh]
    ctx.save()
    for (const [i, fill] of fills.entries()) {
      const top = scale.getPixelForValue(edges[i + 1] ?? scale.max)
      const bottom = scale.getPixelForValue(edges[i] ?? scale.min)
      ctx.fillStyle = fill
      ctx.fillRect(left, top, right - left, bottom - top)
    }
    ctx.setLineDash([4, 4])
    for (const [limit, stroke] of [
      [limits.low, low],
      [limits.high, high],
    ] as const) {
      const y = Math.round(scale.getPixelForValue(limit)) + 0.5
      ctx.strokeStyle = stroke
      ctx.beginPath()
      ctx.moveTo(left, y)
      ctx.lineTo(right, y)
      ctx.stroke()
    }
    ctx.restore()
  },
})
