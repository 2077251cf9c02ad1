// The whole page, drawn from the state: header, banner, patients, bedside, alerts, pipeline.
import type { PatientRow } from '@health/api'
import { gravity } from '@health/domain'
import { useEffect, useState } from 'preact/hooks'
import type { Sound } from '../alarm/sound.ts'
import { words } from '../locales/words.ts'
import { signIn, signOut } from '../session.ts'
import { countCritical, isSignedOut, mayAcknowledge, type Settled, type State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { findTroubles } from '../state/troubles.ts'
import { AlertCentre } from './alert-centre.tsx'
import { Announcer } from './announcer.tsx'
import { Banner } from './banner.tsx'
import { Bedside } from './bedside.tsx'
import { Header } from './header.tsx'
import type { Judge } from './measured.tsx'
import { PatientList } from './patient-list.tsx'
import { PipelineStrip } from './pipeline-strip.tsx'
import { SignIn } from './sign-in.tsx'
import { Vitals } from './vitals.tsx'
import { Wall } from './wall.tsx'

export function App({ store, sound }: { store: Store; sound: Sound }) {
  const [state, setState] = useState(store.state())
  useEffect(() => store.subscribe(() => setState(store.state())), [store])
  const signedOut = isSignedOut(state)
  const form = <SignIn refusal={state.session?.refusal} onToken={(token) => signIn(store, token)} />
  return (
    <>
      <Header {...state} sound={sound} onSignOut={() => void signOut(store)} />
      <Banner troubles={findTroubles(state)} />
      {isSettled(state) && signedOut && form}
      {isSettled(state) && <Panels store={store} sound={sound} state={state} />}
      {!isSettled(state) && (signedOut ? <main class="entrance">{form}</main> : <p class="loading">{words.loading}</p>)}
      <footer>{words.notADevice}</footer>
    </>
  )
}

const isSettled = (state: State): state is Settled => state.settings !== null

function Panels({ store, sound, state }: { store: Store; sound: Sound; state: Settled }) {
  const { ranking, chosen, patients, alerts, pipeline, now, settings } = state
  const judge = { now, settings }
  const row = chosen === null ? undefined : patients.get(chosen)
  if (state.isWall) {
    return (
      <>
        <Wall ranking={ranking} alerts={alerts} {...judge} />
        <Announcer row={undefined} alerts={alerts} {...judge} />
      </>
    )
  }
  const gravest = gravestOf(ranking, row)
  return (
    <main>
      {gravest !== undefined && <Gravest row={gravest} {...judge} />}
      <PatientList ranking={ranking} chosen={chosen} onChoose={choose} {...judge} />
      <Bedside store={store} state={state} valuesAbove={gravest === row} />
      <AlertCentre
        sound={sound}
        alerts={alerts}
        mayAct={mayAcknowledge(state)}
        nameless={state.session?.guarded !== true}
        {...judge}
      />
      <PipelineStrip pipeline={pipeline} critical={countCritical(state)} now={now} mayRun={mayAcknowledge(state)} />
      <Announcer row={row} alerts={alerts} {...judge} />
    </main>
  )
}

/** The gravest patient; the chosen one, where nobody is graver. */
function gravestOf(ranking: readonly PatientRow[], chosen: PatientRow | undefined): PatientRow | undefined {
  const [first] = ranking
  return first !== undefined && chosen !== undefined && gravity(first) === gravity(chosen) ? chosen : first
}

/** At the head of the phone's page only: a wide screen has the list beside the bedside. */
const Gravest = ({ row, ...judge }: { row: PatientRow } & Judge) => (
  <section class="panel gravest" aria-label={words.patients.gravest}>
    <a href={`#/${row.patient_id}`}>
      <h2>{row.patient_id}</h2>
      <Vitals row={row} {...judge} />
    </a>
  </section>
)

/** The address keeps who is chosen; the store hears it from there. */
function choose(patientId: string): void {
  location.hash = `/${patientId}`
}
