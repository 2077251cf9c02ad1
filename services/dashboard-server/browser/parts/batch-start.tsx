// The button that starts a batch run, and what became of it.
import type { BatchRun } from '@health/domain'
import { useEffect, useState } from 'preact/hooks'
import { startBatch } from '../api.ts'
import { formatTime } from '../format.ts'
import { words } from '../words.en.ts'

const says = words.daily
/** A run that was asked for begins at once where somebody runs it. */
const unheardMs = 10_000

interface Props {
  batch: BatchRun | null
  again: boolean
  now: number
  mayRun: boolean
}

export function BatchStart({ batch, again, now, mayRun }: Props) {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const running = batch?.state === 'running'
  // An answer is about the run that was known when it came; a newer one has the word.
  const current = answer !== null && answer.before === batch?.started_at ? answer.text : null
  useEffect(() => {
    if (current !== says.asked) return
    const timer = window.setTimeout(() => setAnswer({ before: batch?.started_at, text: says.unheard }), unheardMs)
    return () => clearTimeout(timer)
  }, [current, batch?.started_at])
  const start = async () => {
    const before = batch?.started_at
    setAnswer({ before, text: says.asked })
    setAnswer({ before, text: await askForRun() })
  }
  return (
    <div class="batch-start">
      <span role="status">{runInWords(batch, current, now)}</span>
      {mayRun ? (
        <button type="button" disabled={running || current === says.asked} onClick={start}>
          {again ? says.runAgain : says.runNow}
        </button>
      ) : (
        <span class="muted">{says.needsRole}</span>
      )}
    </div>
  )
}

interface Answer {
  /** When the run began that was the last one known. */
  before: string | undefined
  text: string
}

function runInWords(batch: BatchRun | null, answer: string | null, now: number): string {
  if (batch?.state === 'running') return says.running(batch.message)
  if (answer !== null) return answer
  return batch?.state === 'failed' ? says.failed(formatTime(Date.parse(batch.started_at), now), batch.message) : ''
}

async function askForRun(): Promise<string> {
  try {
    return (await startBatch()) === 'started' ? says.asked : says.alreadyRunning
  } catch {
    return says.notStarted
  }
}
