// What was dropped, as ticks at the foot of the graph; the reasons are told where the mouse is at one.
import type { DroppedEvent } from '@health/api'
import type { DropReason } from '@health/domain'
import type { ChartDataset, Plugin } from 'chart.js'
import type { Colours } from './colours.ts'
import type { Point } from './points.ts'

/** It has no value that could be drawn: it stands at the foot, when the log received it. */
export interface Drop extends Point {
  reasons: readonly DropReason[]
}

/** A scale of its own, from the foot of the graph to its head. */
const axis = 'dropped'
export const dropAxis = { [axis]: { type: 'linear', axis: 'y', display: false, min: 0, max: 1 } } as const
const heightPx = 9
const widthPx = 2

export const dropsOf = (dropped: readonly DroppedEvent[]): Drop[] =>
  dropped.map(({ received_at, reasons }) => ({ x: Date.parse(received_at), y: 0, min: 0, max: 0, reasons }))

/** What the mouse finds; drawn by `createDropTicks`. */
export const dropDataset = (): ChartDataset<'line', Point[]> => ({
  data: [],
  yAxisID: axis,
  showLine: false,
  pointRadius: 0,
  pointHoverRadius: 0,
})

export const createDropTicks = (drops: ChartDataset<'line', Point[]>, colours: () => Colours): Plugin<'line'> => ({
  id: 'drop-ticks',
  afterDatasetsDraw: ({ ctx, chartArea: { bottom }, scales: { x } }) => {
    if (x === undefined) return
    ctx.fillStyle = colours().ink
    for (const drop of drops.data) {
      if (drop.x < x.min || drop.x > x.max) continue
      ctx.fillRect(x.getPixelForValue(drop.x) - widthPx / 2, bottom - heightPx, widthPx, heightPx)
    }
  },
})
