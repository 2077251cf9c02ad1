// The dead letters: fetched when this is opened or asked again. Their text comes from outside and is shown as text only.
import type { DeadLetterRow } from '@health/api'
import { useEffect, useState } from 'preact/hooks'
import { fetchDeadLetters } from '../api.ts'
import { formatCount, formatTime } from '../format.ts'
import { dropReasons, words } from '../locales/words.ts'

const says = words.lambda.letters

type Answer = DeadLetterRow[] | 'reading' | 'failed'

export function DeadLetters({ now }: { now: number }) {
  const [asked, setAsked] = useState(0)
  const [answer, setAnswer] = useState<Answer>('reading')
  useEffect(() => {
    // An answer that comes after the next question, or when nobody looks any more, is dropped.
    const given = new AbortController()
    const take = (next: Answer) => {
      if (!given.signal.aborted) setAnswer(next)
    }
    take('reading')
    fetchDeadLetters().then(take, () => take('failed'))
    return () => given.abort()
  }, [asked])
  return (
    <section class="dead-letters" aria-label={says.heading}>
      <div class="dead-letters-head">
        <span role="status">{inWords(answer)}</span>
        <button type="button" disabled={answer === 'reading'} onClick={() => setAsked(asked + 1)}>
          {says.again}
        </button>
      </div>
      {typeof answer !== 'string' && (
        <ol>
          {answer.map((letter) => (
            <li key={`${letter.partition}:${letter.offset}`}>
              <Letter letter={letter} now={now} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

const inWords = (answer: Answer): string =>
  answer === 'reading' ? says.reading : answer === 'failed' ? says.failed : says.found(answer.length)

function Letter({ letter, now }: { letter: DeadLetterRow; now: number }) {
  const { partition, offset, received_at, reasons, patient_id, bytes } = letter
  return (
    <details>
      <summary>
        <b>{dropReasons(reasons)}</b>
        <bdi>{patient_id ?? says.noPatient}</bdi>
        <span>{formatTime(Date.parse(received_at), now)}</span>
        <span class="muted">{says.place(partition, offset)}</span>
        <span class="muted">{says.bytes(formatCount(bytes))}</span>
      </summary>
      <Bytes {...letter} />
    </details>
  )
}

function Bytes({ text, base64, bytes }: DeadLetterRow) {
  const shown = text ?? base64 ?? ''
  if (shown === '' && bytes > 0) return <p class="muted">{says.onlyInLake}</p>
  return (
    <>
      {base64 !== null && <p class="muted">{says.asBase64}</p>}
      <pre>{shown}</pre>
      {bytes > shownBytes && <p class="muted">{says.cut}</p>}
    </>
  )
}

/** So much of a letter the server shows. */
const shownBytes = 2048
