// The banner: there only when something is wrong, with the cause and the next thing to do.
import { useRef } from 'preact/hooks'
import { words } from '../locales/words.ts'
import type { Trouble } from '../state/troubles.ts'

const shownTroubles = 3

export function Banner({ troubles }: { troubles: readonly Trouble[] }) {
  const more = troubles.length - shownTroubles
  return (
    <>
      <p class="visually-hidden" role="status">
        {useNews(troubles)}
      </p>
      {troubles.length > 0 && (
        <section class="banner" aria-label={words.troubles.label}>
          {troubles.slice(0, shownTroubles).map(({ key, text, next }) => (
            <p key={key}>
              <b>{text}</b> {next}
            </p>
          ))}
          {more > 0 && <p>{words.troubles.more(more)}</p>}
        </section>
      )}
    </>
  )
}

/** What is said to those who hear the page: only when a trouble comes or goes, not whenever its time moves on. */
function useNews(troubles: readonly Trouble[]): string {
  const keys = troubles.map(({ key }) => key).join('\n')
  const said = useRef({ keys: '', text: '' })
  if (said.current.keys !== keys) {
    said.current = { keys, text: troubles.map(({ text, next }) => `${text} ${next ?? ''}`).join(' ') }
  }
  return said.current.text
}
