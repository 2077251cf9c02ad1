// Time in ranges as one bar of five parts, each with its word and share below.
import { type GlucoseRange, glucoseRanges } from '@health/domain'
import { formatPercent } from '../format.ts'
import { words } from '../locales/words.ts'
import type { Tone } from '../tone.ts'

const tones = {
  very_low: 'very_low',
  low: 'low',
  in_range: 'normal',
  high: 'high',
  very_high: 'very_high',
} as const satisfies Record<GlucoseRange, Tone>

/** `shares` are percentages that sum to 100. */
export const RangeBar = ({ shares }: { shares: Record<GlucoseRange, number> }) => (
  <div class="ranges">
    <div class="range-bar" aria-hidden="true">
      {present(shares).map((range) => (
        <span key={range} data-tone={tones[range]} style={{ flexGrow: shares[range] }} />
      ))}
    </div>
    <ul class="range-words">
      {glucoseRanges.map((range) => (
        <li key={range} data-tone={tones[range]}>
          <span class="swatch" />
          {words.ranges[range]}{' '}
          <b>
            {formatPercent(shares[range])} {words.units.percent}
          </b>
        </li>
      ))}
    </ul>
  </div>
)

const present = (shares: Record<GlucoseRange, number>): GlucoseRange[] =>
  glucoseRanges.filter((range) => shares[range] > 0)
