// The page's colours, held to their promises: readable in light and dark, and apart for the colour-blind.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const style = readFileSync(new URL('../browser/styles/tokens.css', import.meta.url), 'utf8')
const themes = ['light', 'dark'] as const
type Theme = (typeof themes)[number]
type Rgb = [number, number, number]

function colour(name: string, theme: Theme): Rgb {
  const pair = new RegExp(`--${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(style)
  const hex = pair?.[theme === 'light' ? 1 : 2]
  if (hex === undefined) throw new Error(`no colour --${name}`)
  return [0, 2, 4].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as Rgb
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
  test.each([
    ...['page', 'panel', 'raised'].flatMap((ground) => ['ink', 'muted', 'accent'].map((text) => [text, ground])),
    ...tones.flatMap((tone) => [
      [tone, 'panel'],
      [tone, `${tone}-tint`],
    ]),
    // Reasons, ages and heart rates of a critical patient's row stand on its tint.
    ...['very-low-tint', 'very-high-tint'].flatMap((tint) =>
      ['muted', 'normal', 'low', 'high'].map((text) => [text, tint]),
    ),
    ['on-tone', 'very-low'],
    ['on-tone', 'very-high'],
    ['stale', 'hatch', 3],
    ['warn-ink', 'warn-tint'],
    ['heart', 'panel'],
  ] as [string, string, number?][])('%s reads on %s', (text, ground, least = 4.5) => {
    expect(contrast(colour(text, theme), colour(ground, theme))).toBeGreaterThanOrEqual(least)
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
