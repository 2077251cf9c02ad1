// The figures of one day: glucose, time in ranges, heart rate and how many records they come from.
import type { DailyRow, SignalFigures } from '@health/domain'
import { formatCount, formatFigure, formatPercent } from '../format.ts'
import { words } from '../words.en.ts'
import { HeartIcon } from './icons.tsx'
import { RangeBar } from './range-bar.tsx'

const says = words.daily

export function DayFigures({ day }: { day: DailyRow }) {
  const { glucose_mgdl, heart_rate_bpm, total_records, valid_records, invalid_records, duplicate_records } = day
  const shares = glucose_mgdl.ranges_percent
  return (
    <div class="day-figures">
      <dl class="figures">
        <Figures figures={glucose_mgdl} unit={words.units.glucose} />
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
      <dl class="figures small">
        <dt class="figure-head">
          <HeartIcon />
          {words.signals.heartRate}
        </dt>
        <Figures figures={heart_rate_bpm} unit={words.units.heartRate} />
      </dl>
    </div>
  )
}

const Figures = ({ figures, unit }: { figures: SignalFigures; unit: string }) => (
  <>
    <Figure name={says.average} value={formatFigure(figures.avg)} unit={unit} />
    <Figure name={says.minimum} value={formatFigure(figures.min)} unit={unit} />
    <Figure name={says.maximum} value={formatFigure(figures.max)} unit={unit} />
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
