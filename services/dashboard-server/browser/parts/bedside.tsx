// The bedside of the chosen patient: current values, the live graph, and the days.

import { mayAcknowledge, type Settled } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { isHalted } from '../state/troubles.ts'
import { words } from '../words.en.ts'
import { DailyCard } from './daily-card.tsx'
import { LiveGraph } from './live-graph.tsx'
import { Vitals } from './vitals.tsx'

interface Props {
  store: Store
  state: Settled
  /** The phone shows the gravest patient's values at its head already. */
  valuesAbove: boolean
}

export function Bedside({ store, state, valuesAbove }: Props) {
  const { chosen, patients, settings, now, live, ranking } = state
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
      {row !== undefined && (
        <LiveGraph key={row.patient_id} store={store} row={row} readings={live} now={now} settings={settings} />
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
