// The figures of one day: glucose, time in ranges, heart rate and how many records they come from.
import type { DailyRow } from '@health/api'
import type { ClassifiedSignal, SignalFigures } from '@health/domain'
import { formatCount, formatFigure, formatPercent } from '../format.ts'
import { words } from '../locales/words.ts'
import { HeartIcon } from './icons.tsx'
import { RangeBar } from './range-bar.tsx'

const says = words.daily

export function DayFigures({ day }: { day: DailyRow }) {
  const { glucose_mgdl, heart_rate_bpm, total_records, valid_records, invalid_records, duplicate_records } = day
  const shares = glucose_mgdl.ranges_percent
  return (
    <div class="day-figures">
      <dl class="figures">
        <Figures signal="glucoseMgdl" figures={glucose_mgdl} unit={words.units.glucose} />
        <Figure
          name={says.records}
          value={formatCount(total_records)}
          title={says.recordsSplit(valid_records, invalid_records, duplicate_records)}
        />
        {shares !== null && (
          <Figure name={says.inRange} value={formatPercent(shares.in_range)} unit={words.units.percent} />
        )}
      </dl>
      {shares !== null && <RangeBar shares={shares} />}
      <div class="figures small">
        <span class="figure-head" id="heart-figures">
          <HeartIcon />
          {words.signals.heartRate}
        </span>
        <dl class="figures small" aria-labelledby="heart-figures">
          <Figures signal="heartRateBpm" figures={heart_rate_bpm} unit={words.units.heartRate} />
        </dl>
      </div>
    </div>
  )
}

const Figures = ({ signal, figures, unit }: { signal: ClassifiedSignal; figures: SignalFigures; unit: string }) => (
  <>
    <Figure name={says.average} value={formatFigure(signal, figures.avg)} unit={unit} />
    <Figure name={says.minimum} value={formatFigure(signal, figures.min)} unit={unit} />
    <Figure name={says.maximum} value={formatFigure(signal, figures.max)} unit={unit} />
  </>
)

const Figure = ({ name, value, unit, title }: { name: string; value: string; unit?: string; title?: string }) => (
  <div class="figure" {...(title === undefined ? {} : { title })}>
    <dt>{name}</dt>
    <dd>
      <span class="number">{value}</span>
      {unit !== undefined && <span class="unit">{unit}</span>}
    </dd>
  </div>
)
