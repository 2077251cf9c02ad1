// The page's one store: events go in, and whoever shows the state is called at most once a frame.
import { type Event, reduce } from './reduce.ts'
import type { State } from './state.ts'

export interface Store {
  state(): State
  dispatch(event: Event): void
  /** Calls `show` after changes, at most once a frame, and once a second while the tab is hidden. */
  subscribe(show: () => void): () => void
  /** Calls `observer` at each change, tab hidden or not. */
  observe(observer: () => void): void
}

const hiddenMs = 1000

export function createStore(initial: State): Store {
  let state = initial
  const observers: (() => void)[] = []
  const shows = new Set<() => void>()
  const show = onNextFrame(() => {
    for (const one of shows) one()
  })
  return {
    state: () => state,
    dispatch: (event) => {
      const before = state
      state = reduce(state, event)
      if (state === before) return
      for (const observer of observers) observer()
      show()
    },
    observe: (observer) => void observers.push(observer),
    subscribe: (one) => {
      shows.add(one)
      return () => shows.delete(one)
    },
  }
}

/** Puts off `run` to the next frame, or while the tab is hidden, when there are no frames, to the next second. */
function onNextFrame(run: () => void): () => void {
  let cancel: (() => void) | null = null
  const runNow = () => {
    cancel = null
    run()
  }
  const schedule = () => {
    if (document.hidden) {
      const timer = window.setTimeout(runNow, hiddenMs)
      cancel = () => clearTimeout(timer)
    } else {
      const frame = requestAnimationFrame(runNow)
      cancel = () => cancelAnimationFrame(frame)
    }
  }
  // What was put off to a frame that will not come, or to a second that is too long, is put off anew.
  document.addEventListener('visibilitychange', () => {
    if (cancel === null) return
    cancel()
    schedule()
  })
  return () => {
    if (cancel === null) schedule()
  }
}
