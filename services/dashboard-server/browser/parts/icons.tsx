// The icons: shapes that say direction and gravity without their colour. Words always stand beside them.
import type { Tone, Trend } from '../tone.ts'

interface ShapeProps {
  path: string
  class?: string
  /** Drawn as an outline instead of filled. */
  outlined?: boolean
}

const Shape = ({ path, class: name = '', outlined = false }: ShapeProps) => (
  <svg class={`icon ${outlined ? 'outlined' : ''} ${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={path} />
  </svg>
)

const triangleDown = 'M2 4h20L12 22z'
const triangleUp = 'M2 20h20L12 2z'
const tonePaths = {
  very_low: triangleDown,
  low: `M3.5 5h17L12 20.5z M12 8.5v4 M12 15.5v.1`,
  normal: 'M4 12.5l5.5 5.5L20 6.5',
  high: `M3.5 19h17L12 3.5z M12 9v4.5 M12 16.3v.1`,
  very_high: triangleUp,
} as const satisfies Record<Tone, string>

/** The shape of a status: filled triangles are critical, outlined ones warn, a tick is normal. */
export const ToneIcon = ({ tone }: { tone: Tone }) => (
  <Shape path={tonePaths[tone]} outlined={!tone.startsWith('very_')} class="tone-icon" />
)

export const StaleIcon = () => (
  <Shape
    outlined
    class="tone-icon"
    path="M12 2.5a9.5 9.5 0 1 0 .01 0z M9 9.5a3 3 0 1 1 4.6 2.5c-1 .7-1.6 1.2-1.6 2.4 M12 17.3v.1"
  />
)

export const HeartIcon = () => (
  <Shape class="heart" path="M12 21S2.5 14.6 2.5 8.4A5 5 0 0 1 12 6.2a5 5 0 0 1 9.5 2.2C21.5 14.6 12 21 12 21z" />
)

const arrow = 'M12 21V4 M5 11l7-7 7 7'
const doubleArrow = 'M8 21V5 M3 10l5-5 5 5 M16 21V5 M11.5 9.5L16 5l5 5'
const rotations = {
  rising_fast: 0,
  rising: 0,
  rising_slowly: 45,
  steady: 90,
  falling_slowly: 135,
  falling: 180,
  falling_fast: 180,
} as const satisfies Record<Trend, number>

export const TrendIcon = ({ trend }: { trend: Trend }) => (
  <Shape outlined class={`trend turned-${rotations[trend]}`} path={trend.endsWith('_fast') ? doubleArrow : arrow} />
)

export const MenuIcon = () => <Shape outlined path="M4 6h16 M4 12h16 M4 18h16" />
export const LeaveIcon = () => <Shape outlined path="M10 4H5v16h5 M10 12h10 M16 7.5l4.5 4.5-4.5 4.5" />
export const SoundIcon = ({ crossed }: { crossed: boolean }) => (
  <Shape
    outlined
    path={`M4 9.5v5h3.5l5 4.5V5l-5 4.5z ${crossed ? 'M16 9l5 6 M21 9l-5 6' : 'M16 9a4 4 0 0 1 0 6 M18.5 6.5a8 8 0 0 1 0 11'}`}
  />
)
export const PauseIcon = () => <Shape path="M6 4h4v16H6z M14 4h4v16h-4z" />
export const PlayIcon = () => <Shape path="M7 3.5v17l14-8.5z" />
