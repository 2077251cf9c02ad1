// The button that starts a batch run, and what became of it.
import type { BatchRun } from '@health/domain'
import { useEffect, useState } from 'preact/hooks'
import { startBatch } from '../api.ts'
import { words } from '../words.en.ts'

const says = words.daily
/** A run that was asked for begins at once where somebody runs it. */
const unheardMs = 10_000

export function BatchStart({ batch, again }: { batch: BatchRun | null; again: boolean }) {
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
      <span role="status">{runInWords(batch, current)}</span>
      <button type="button" disabled={running || current === says.asked} onClick={start}>
        {again ? says.runAgain : says.runNow}
      </button>
    </div>
  )
}

interface Answer {
  /** When the run began that was the last one known. */
  before: string | undefined
  text: string
}

function runInWords(batch: BatchRun | null, answer: string | null): string {
  if (batch?.state === 'running') return says.running(batch.message)
  if (answer !== null) return answer
  return batch?.state === 'failed' ? says.failed(batch.message) : ''
}

async function askForRun(): Promise<string> {
  try {
    return (await startBatch()) === 'started' ? says.asked : says.alreadyRunning
  } catch {
    return says.notStarted
  }
}
