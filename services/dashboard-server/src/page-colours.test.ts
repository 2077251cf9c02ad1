// The page's colours, held to their promises: readable in every theme, and apart for the colour-blind.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const style = readFileSync(new URL('../browser/styles/tokens.css', import.meta.url), 'utf8')
const themes = ['light', 'dark', 'high contrast, light', 'high contrast, dark'] as const
type Theme = (typeof themes)[number]
type Rgb = [number, number, number]

/** What must be reached by text (WCAG 2.2, 1.4.3 and 1.4.6). */
const leastOf = (theme: Theme): number => (isHigh(theme) ? 7 : 4.5)
const isHigh = (theme: Theme): boolean => theme.startsWith('high')

const declarations = (selector: string): string => {
  const block = new RegExp(`^${selector} \\{(.*?)^\\}`, 'ms').exec(style)?.[1]
  if (block === undefined) throw new Error(`no rule for ${selector}`)
  return block
}
const usual = declarations(':root')
const high = declarations(':root\\[data-contrast="more"\\]')

/** The channels of a colour, 0 … 1. */
function channels(name: string, theme: Theme): Rgb {
  const pair = new RegExp(`--${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(isHigh(theme) ? high : usual)
  const hex = pair?.[theme.endsWith('light') ? 1 : 2]
  if (hex === undefined) throw new Error(`no colour --${name} in ${theme}`)
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as Rgb
}

/** A colour by its name; `panel+5%ink` is what a row under the pointer has. */
function colour(name: string, theme: Theme): Rgb {
  const [under = '', over] = name.split('+5%')
  const ground = channels(under, theme)
  const veil = over === undefined ? ground : channels(over, theme)
  return ground.map((channel, i) => linear(channel * 0.95 + (veil[i] ?? 0) * 0.05)) as Rgb
}

const linear = (channel: number): number => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b

/** WCAG 2.2's contrast ratio. */
function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

const tones = ['very-low', 'low', 'normal', 'high', 'very-high', 'stale']

describe.each(themes)('in %s', (theme) => {
  const rowGrounds = ['panel', 'very-low-tint', 'very-high-tint'].flatMap((ground) => [ground, `${ground}+5%ink`])
  test.each([
    ...['page', 'panel', 'raised'].flatMap((ground) =>
      ['ink', 'muted', 'accent', 'heart'].map((text) => [text, ground]),
    ),
    // What has a status stands on the page's own grounds, or on its tint with names and ages beside it.
    ...tones.flatMap((tone) => [
      ...[tone, 'ink', 'muted'].map((text) => [text, `${tone}-tint`]),
      ...['panel', 'raised'].map((ground) => [tone, ground]),
    ]),
    // Reasons, ages and values of a patient's row, which is tinted where it is critical and darker under the pointer.
    ...rowGrounds.flatMap((ground) => ['ink', 'muted', ...tones].map((text) => [text, ground])),
    ['on-tone', 'very-low'],
    ['on-tone', 'very-high'],
    ['stale', 'hatch'],
    ['warn-ink', 'warn-tint'],
    ['panel', 'ink'],
    ['panel', 'accent'],
  ] as [string, string][])('%s reads on %s', (text, ground) => {
    expect(contrast(colour(text, theme), colour(ground, theme))).toBeGreaterThanOrEqual(leastOf(theme))
  })

  test.each(Object.keys(colourBlindness()))('low, in range and high stay apart under %s', (kind) => {
    const [low, normal, high] = ['very-low', 'normal', 'very-high'].map((name) =>
      toLab(seenWith(kind, colour(name, theme))),
    )
    for (const [a, b] of [
      [low, normal],
      [normal, high],
      [low, high],
    ]) {
      expect(Math.hypot(...[0, 1, 2].map((i) => (a?.[i] ?? 0) - (b?.[i] ?? 0)))).toBeGreaterThan(20)
    }
  })
})

test.each(themes.filter(isHigh))('in %s the edge of a control is seen', (theme) => {
  for (const ground of ['page', 'panel', 'raised']) {
    expect(contrast(colour('line', theme), colour(ground, theme))).toBeGreaterThanOrEqual(3)
  }
})

/** What the colour-blind see, as matrices over linear RGB (Machado et al. 2009, severity 1). */
function colourBlindness(): Record<string, Rgb[]> {
  return {
    protanopia: [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    deuteranopia: [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
    tritanopia: [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
  }
}

const seenWith = (kind: string, rgb: Rgb): Rgb =>
  (colourBlindness()[kind] ?? []).map((row) =>
    Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])),
  ) as Rgb

/** CIE L*a*b* under D65, in which distances follow what eyes tell apart. */
function toLab([r, g, b]: Rgb): Rgb {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b)
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}
