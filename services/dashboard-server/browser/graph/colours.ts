// The colours of the graph, read from the page's style, so that they stand in one place and follow light and dark.

const names = {
  ink: '--ink',
  muted: '--muted',
  line: '--line',
  panel: '--panel',
  heart: '--heart',
  very_low: '--very-low',
  low: '--low',
  normal: '--normal',
  high: '--high',
  very_high: '--very-high',
  bandVeryLow: '--band-very-low',
  bandLow: '--band-low',
  bandNormal: '--band-normal',
  bandHigh: '--band-high',
  bandVeryHigh: '--band-very-high',
} as const

export type Colours = Record<keyof typeof names, string>

/** The colours as they are now, in a form that a canvas takes. */
export function readColours(near: HTMLElement): Colours {
  const probe = document.createElement('span')
  near.append(probe)
  const read = (variable: string): string => {
    probe.style.color = `var(${variable})`
    return getComputedStyle(probe).color
  }
  const colours = Object.fromEntries(Object.entries(names).map(([name, variable]) => [name, read(variable)]))
  probe.remove()
  return colours as Colours
}
