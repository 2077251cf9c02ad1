// Daily Analysis: the figures of the latest day, of the chosen patient or of all, and of the days before it.
import type { BatchRunRow, DailyRow } from '@health/api'
import { createDayOf, maxFutureMs } from '@health/domain'
import { useMemo, useState } from 'preact/hooks'
import { formatCount, formatFigure, formatPercent, formatTime } from '../format.ts'
import { words } from '../locales/words.ts'
import { BatchStart } from './batch-start.tsx'
import { DayFigures } from './day-figures.tsx'

const says = words.daily

interface Props {
  chosen: string | null
  daily: ReadonlyMap<string, readonly DailyRow[]>
  batch: BatchRunRow | null
  batchHasRun: boolean
  timeZone: string
  now: number
  /** A batch run may be started from here. */
  mayRun: boolean
}

export function DailyCard({ chosen, daily, batch, batchHasRun, timeZone, now, mayRun }: Props) {
  const [ofAll, setOfAll] = useState(false)
  const dayOf = useMemo(() => dayOfIn(timeZone), [timeZone])
  const today = dayOf(now + maxFutureMs)
  // A clock gone wrong dates records years ahead: they count as invalid on a day that is not here yet.
  const days = (daily.get(ofAll || chosen === null ? '*' : chosen) ?? []).filter(({ date }) => date <= today)
  const latest = days.at(-1)
  return (
    <section class="panel daily" aria-labelledby="daily-heading">
      <div class="panel-head">
        <h2 id="daily-heading">
          {says.heading}
          {latest !== undefined && <span class="muted">{` ${latest.date} (${timeZone})`}</span>}
        </h2>
        {chosen !== null && (
          <fieldset class="switch">
            <legend class="visually-hidden">{says.whose}</legend>
            <WhoseButton pressed={!ofAll} name={chosen} onPress={() => setOfAll(false)} />
            <WhoseButton pressed={ofAll} name={says.allPatients} onPress={() => setOfAll(true)} />
          </fieldset>
        )}
      </div>
      {batchHasRun && (
        <div class="daily-body">
          {latest === undefined ? <p class="empty">{says.noData}</p> : <DayFigures day={latest} />}
          <PreviousDays days={days.slice(-31, -1)} />
        </div>
      )}
      <div class="daily-foot">
        {!batchHasRun && <NeverRun waiting={latest?.total_records ?? 0} />}
        {batchHasRun && latest !== undefined && <Computed day={latest} now={now} />}
        <BatchStart batch={batch} again={batchHasRun} now={now} mayRun={mayRun} />
      </div>
    </section>
  )
}

/** The days of the server's time zone; of UTC, where this browser is too old to know that zone. */
function dayOfIn(timeZone: string): (ms: number) => string {
  try {
    const dayOf = createDayOf(timeZone)
    dayOf(0)
    return dayOf
  } catch {
    return createDayOf('UTC')
  }
}

const WhoseButton = ({ pressed, name, onPress }: { pressed: boolean; name: string; onPress(): void }) => (
  <button type="button" aria-pressed={pressed} onClick={onPress}>
    {name}
  </button>
)

const NeverRun = ({ waiting }: { waiting: number }) => (
  <div class="never-run">
    <p>
      {says.neverRun} <code>{says.batchCommand}</code>
    </p>
    {waiting > 0 && <p class="muted">{says.waiting(waiting)}</p>}
  </div>
)

function Computed({ day, now }: { day: DailyRow; now: number }) {
  const { computed_at, complete_to, provisional } = day
  const at = (time: string) => formatTime(Date.parse(time), now)
  return (
    <p class="muted">
      {computed_at === null || complete_to === null ? says.liveOnly : says.computed(at(computed_at), at(complete_to))}
      {provisional && <span class="provisional">{says.provisional}</span>}
    </p>
  )
}

/** The newest of the days before the latest, newest first. */
function PreviousDays({ days }: { days: readonly DailyRow[] }) {
  if (days.length === 0) return null
  return (
    <div class="previous-days">
      <table>
        <caption class="visually-hidden">{says.previous}</caption>
        <thead>
          <tr>
            {says.previousHeads.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map((day) => (
            <PreviousDay key={day.date} {...day} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const PreviousDay = ({ date, glucose_mgdl: { avg, min, max, ranges_percent }, total_records }: DailyRow) => (
  <tr>
    <th scope="row">{date}</th>
    {[avg, min, max].map((value, i) => (
      // The three figures never change places.
      <td key={i}>{formatFigure('glucoseMgdl', value)}</td>
    ))}
    <td>{ranges_percent === null ? '–' : `${formatPercent(ranges_percent.in_range)} ${words.units.percent}`}</td>
    <td>{formatCount(total_records)}</td>
  </tr>
)
