// docs/bench.svg: how many times better each figure is than its peer's, on a logarithmic scale, with the goals marked.
import { asRatio } from './print.ts'
import type { Line } from './result.ts'

const left = 430
const width = 1000
const plot = width - left - 90
const rowHeight = 24
const top = 40

interface Bar {
  label: string
  factor: number
  goal: number | null
  kind: 'met' | 'missed' | 'plain'
}

function barOf({ what, unit, beside, goal, met }: Line): Bar[] {
  if (beside === null) return []
  // Only rates are better when higher: other ratios are inverted, so that a longer bar is always better.
  const timesBetter = (ratio: number) => (unit === 'a second' ? ratio : 1 / ratio)
  return [
    {
      label: `${what}, to ${beside.name}`,
      factor: timesBetter(beside.ratio.median),
      goal: goal?.of === 'ratio' ? timesBetter(goal.floor) : null,
      kind: met === null ? 'plain' : met === 'no' ? 'missed' : 'met',
    },
  ]
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`)

/** Readable on light and dark pages alike. */
const style = `
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.axis { stroke: #d0d7de } .one { stroke: #59636e } .faint { fill: #59636e }
.met { fill: #1a7f64 } .missed { fill: #bc4c00 } .plain { fill: #57789c } .goal { stroke: #1f2328; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.axis { stroke: #30363d } .one { stroke: #9198a1 } .faint { fill: #9198a1 }
.met { fill: #3fb68b } .missed { fill: #e8833a } .plain { fill: #7c9fc7 } .goal { stroke: #e6edf3 }
}`

export function chart(lines: readonly Line[]): string {
  const bars = lines.flatMap(barOf)
  const factors = bars.flatMap(({ factor, goal }) => [factor, goal ?? 1])
  const lowest = Math.floor(Math.log10(Math.min(0.1, ...factors)))
  const highest = Math.ceil(Math.log10(Math.max(10, ...factors)))
  const x = (factor: number) => left + (plot * (Math.log10(factor) - lowest)) / (highest - lowest)
  const height = top + bars.length * rowHeight + 12
  const decades = Array.from({ length: highest - lowest + 1 }, (_, i) => 10 ** (lowest + i))
  const axis = decades.map((factor) => {
    const at = x(factor).toFixed(1)
    const line = `<line class="${factor === 1 ? 'one' : 'axis'}" x1="${at}" x2="${at}" y1="${top - 8}" y2="${height - 8}"/>`
    return `${line}<text class="faint" x="${at}" y="${top - 14}" text-anchor="middle">${asRatio(factor)}</text>`
  })
  const rows = bars.map(({ label, factor, goal, kind }, i) => {
    const y = top + i * rowHeight
    const [from, to] = [Math.min(x(1), x(factor)), Math.max(x(1), x(factor))]
    const mark =
      goal === null
        ? ''
        : `<line class="goal" x1="${x(goal).toFixed(1)}" x2="${x(goal).toFixed(1)}" y1="${y + 1}" y2="${y + 19}"/>`
    return `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>
<rect class="${kind}" x="${from.toFixed(1)}" y="${y + 3}" width="${Math.max(1, to - from).toFixed(1)}" height="14" rx="2"/>${mark}
<text x="${width - 8}" y="${y + 14}" text-anchor="end">${asRatio(factor)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="How many times better than the peer">
<style>${style}
</style>
<text class="faint" x="10" y="${top - 14}">times better; the upright mark is the goal</text>
${[...axis, ...rows].join('\n')}
</svg>
`
}
