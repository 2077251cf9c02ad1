// The bedside of the chosen patient: current values, the graph, and the days.
import type { PatientRow } from '@health/api'
import { formatValue } from '../format.ts'
import { words } from '../locales/words.ts'
import { lowWithFastPulse } from '../state/low-with-fast-pulse.ts'
import { mayAcknowledge, type Settled } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { isHalted } from '../state/troubles.ts'
import { DailyCard } from './daily-card.tsx'
import { ToneIcon } from './icons.tsx'
import { LiveGraph } from './live-graph.tsx'
import type { Judge } from './measured.tsx'
import { Vitals } from './vitals.tsx'

interface Props {
  store: Store
  state: Settled
  /** The phone shows the gravest patient's values at its head already. */
  valuesAbove: boolean
}

export function Bedside({ store, state, valuesAbove }: Props) {
  const { chosen, patients, settings, now, live, dropped, ranking } = state
  const row = chosen === null ? undefined : patients.get(chosen)
  return (
    <section class="bedside" aria-label={words.bedside.label}>
      <div class={`panel bedside-head ${valuesAbove ? 'values-above' : ''}`}>
        <h2>{chosen ?? words.bedside.label}</h2>
        {row !== undefined && <Vitals row={row} now={now} settings={settings} />}
        {row === undefined && chosen === null && <p class="empty">{words.bedside.nobody}</p>}
        {row === undefined && chosen !== null && isHalted(state) && <p class="empty">{words.bedside.unread(chosen)}</p>}
        {row === undefined && chosen !== null && !isHalted(state) && (
          <UnknownPatient id={chosen} gravest={ranking[0]?.patient_id} />
        )}
      </div>
      {row !== undefined && <FastPulse row={row} now={now} settings={settings} />}
      {row !== undefined && (
        <LiveGraph
          key={row.patient_id}
          store={store}
          row={row}
          readings={live}
          dropped={dropped}
          now={now}
          settings={settings}
        />
      )}
      <DailyCard
        chosen={chosen}
        daily={state.daily}
        batch={state.pipeline?.batch ?? null}
        batchHasRun={state.batchHasRun}
        timeZone={settings.day_time_zone}
        now={now}
        mayRun={mayAcknowledge(state)}
      />
    </section>
  )
}

const UnknownPatient = ({ id, gravest }: { id: string; gravest: string | undefined }) => (
  <p class="empty">
    {words.bedside.unknown(id)} {words.bedside.unknownNext}{' '}
    {gravest !== undefined && <a href={`#/${gravest}`}>{words.bedside.chooseGravest(gravest)}</a>}
  </p>
)

/** Always there, so that a screen reader tells when it fills; it takes no room while it is empty. */
function FastPulse({ row, now, settings }: { row: PatientRow } & Judge) {
  const values = lowWithFastPulse(row, settings, now)
  if (values === null) return <output class="fast-pulse" />
  const glucose = `${formatValue('glucoseMgdl', values.glucoseMgdl, settings.rules)} ${words.units.glucose}`
  const pulse = `${formatValue('heartRateBpm', values.heartRateBpm, settings.rules)} ${words.units.heartRate}`
  return (
    <output class="fast-pulse panel" data-tone="very_low">
      <ToneIcon tone="very_low" />
      <strong>{words.history.lowWithFastPulse}</strong> {words.history.lowWithFastPulseValues(glucose, pulse)}
    </output>
  )
}
