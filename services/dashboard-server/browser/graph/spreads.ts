// The band from minimum to maximum behind the line of averages, as a Chart.js plugin.
import type { Chart, Plugin } from 'chart.js'
import type { Colours } from './colours.ts'
import { type LineDataset, lineColours, linesOf } from './datasets.ts'
import { stretchesOf } from './points.ts'

const opacity = 0.22

/** Draws each line's band in the line's own colour; single readings have none. */
export const createSpreads = (colours: () => Colours): Plugin<'line'> => ({
  id: 'spreads',
  beforeDatasetsDraw: (chart) => {
    for (const line of linesOf(chart)) drawSpread(chart, line, colours()[lineColours[line.yAxisID]])
  },
})

function drawSpread(chart: Chart<'line'>, { data, yAxisID, spanGaps }: LineDataset, colour: string): void {
  const { x, [yAxisID]: y } = chart.scales
  if (x === undefined || y === undefined || data.every(({ min, max }) => min === max)) return
  const { ctx } = chart
  const bridgeMs = Number(spanGaps)
  const seen = data.filter((point) => point.x >= x.min - bridgeMs && point.x <= x.max + bridgeMs)
  ctx.save()
  ctx.beginPath()
  ctx.rect(x.left, y.top, x.width, y.height)
  ctx.clip()
  ctx.globalAlpha = opacity
  ctx.lineWidth = 2
  ctx.fillStyle = colour
  ctx.strokeStyle = colour
  for (const stretch of stretchesOf(seen, bridgeMs)) {
    ctx.beginPath()
    for (const point of stretch) ctx.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.max))
    for (const point of stretch.reverse()) ctx.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.min))
    ctx.closePath()
    ctx.fill()
    // Of a minute between two gaps there is nothing to fill.
    if (stretch.length === 1) ctx.stroke()
  }
  ctx.restore()
}
