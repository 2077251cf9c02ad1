// The button that starts a batch run, and what became of it.
import type { BatchRunRow } from '@health/api'
import { useEffect, useState } from 'preact/hooks'
import { startBatch } from '../api.ts'
import { formatTime } from '../format.ts'
import { words } from '../locales/words.ts'

const says = words.daily
/** A run that was asked for begins at once where somebody runs it. */
const unheardMs = 10_000

interface Props {
  batch: BatchRunRow | null
  again: boolean
  now: number
  mayRun: boolean
}

export function BatchStart({ batch, again, now, mayRun }: Props) {
  const { answer, key } = useStart(batch, mayRun, again ? says.runAgain : says.runNow)
  return (
    <div class="batch-start">
      <span role="status">{runInWords(batch, answer, now)}</span>
      {key}
    </div>
  )
}

/** The same beside the pipeline, which tells how the run goes: here stands only what became of asking for it. */
export function PipelineBatchStart({ batch, mayRun }: Pick<Props, 'batch' | 'mayRun'>) {
  const { answer, key } = useStart(batch, mayRun, words.lambda.startRun)
  return (
    <div class="pipeline-run">
      {key}
      <span role="status">{answer}</span>
    </div>
  )
}

/** What became of asking, until a newer run is known, and the button for it. */
function useStart(batch: BatchRunRow | null, mayRun: boolean, name: string) {
  const [answer, setAnswer] = useState<Answer | null>(null)
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
  const key = mayRun ? (
    <button type="button" disabled={batch?.state === 'running' || current === says.asked} onClick={start}>
      {name}
    </button>
  ) : (
    <span class="muted">{says.needsRole}</span>
  )
  return { answer: current, key }
}

interface Answer {
  /** When the run began that was the last one known. */
  before: string | undefined
  text: string
}

function runInWords(batch: BatchRunRow | null, answer: string | null, now: number): string {
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
