// The Lambda architecture as it runs: a lane for each layer, a box for each stage, and dots where something moves. It is
// a list of lists, so that whoever hears the page gets the same in the same order; the arrows are the style's.
import { words } from '../locales/words.ts'
import type { Hop, HopState, Lane } from './pipeline-hops.ts'

const says = words.lambda

export const PipelineDiagram = ({ lanes }: { lanes: readonly Lane[] }) => (
  <>
    <p class="visually-hidden">{says.course}</p>
    <ol class="lanes">
      {lanes.map(({ name, hops }) => (
        <li key={name} class={`lane lane-${name}`}>
          <h3>
            {says.lanes[name]} <span class="muted">{says.from[name]}</span>
          </h3>
          <ol class="hops">
            {hops.map((hop) => (
              <HopBox key={hop.name} {...hop} />
            ))}
          </ol>
        </li>
      ))}
    </ol>
  </>
)

const HopBox = ({ name, state, doing, figures }: Hop) => (
  <li class="hop" data-state={state}>
    <span class="flow" aria-hidden="true" />
    <div class="hop-box">
      <p class="hop-name">{says.hops[name]}</p>
      <p class="hop-doing">
        <StateIcon state={state} /> {doing}
      </p>
      {figures.map((figure, i) => (
        // A stage's figures keep their order.
        <p key={i} class="hop-figure">
          {figure}
        </p>
      ))}
    </div>
  </li>
)

const statePaths = {
  flowing: 'M3 12h16 M13 5.5l6.5 6.5-6.5 6.5',
  idle: 'M5 12h14',
  behind: 'M12 2.5a9.5 9.5 0 1 0 .01 0z M12 7v5.5l4 2.5',
  halted: 'M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8z M8.5 8.5l7 7 M15.5 8.5l-7 7',
  unknown: 'M8 8.5a4 4 0 1 1 6.2 3.3c-1.6 1.1-2.2 1.8-2.2 3.4 M12 19.5v.1',
} as const satisfies Record<HopState, string>

const StateIcon = ({ state }: { state: HopState }) => (
  <svg class="icon outlined" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={statePaths[state]} />
  </svg>
)
