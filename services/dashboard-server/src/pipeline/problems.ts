// What is wrong with the pipeline, in words for a person and with the next thing to do.
import type { PipelineProblem } from '@health/api'

/** What does not answer, in words, by part. */
export type Outages = Partial<Record<'log' | 'views', string>>

export interface Symptoms {
  outages: Outages
  /** `idleMs`: how long nothing has moved although something waits. */
  speedLayer: { lag: number; idleMs: number }
  archiver: { lag: number; idleMs: number }
  /** Records that no view counts, because the log deleted them first. */
  missing: number
}

/** A consumer that takes nothing for this long while records wait is not merely slow. */
const standstillMs = 5_000
/** The archiver publishes once a roll; it is behind after missing two. */
const rollsMissed = 2

/** Names the problems, each with the time since when it has stood, which stays the same while it does. */
export function createProblems(archiveRollSeconds: number): (now: number, symptoms: Symptoms) => PipelineProblem[] {
  let since = new Map<string, number>()
  return (now, symptoms) => {
    const found = findProblems(symptoms, archiveRollSeconds)
    const began = ({ key, forMs = 0 }: Found) => since.get(key) ?? now - forMs
    since = new Map(found.map((problem) => [problem.key, began(problem)]))
    return found.map(({ key, part, message, next }) => ({
      part,
      message,
      next,
      since: new Date(since.get(key) ?? now).toISOString(),
    }))
  }
}

interface Found extends Pick<PipelineProblem, 'part' | 'message' | 'next'> {
  key: string
  /** How long it has lasted when it is found. */
  forMs?: number
}

function findProblems({ outages, speedLayer, archiver, missing }: Symptoms, archiveRollSeconds: number): Found[] {
  const found: Found[] = []
  if (outages.views !== undefined) {
    found.push({
      part: 'views',
      key: 'views',
      message: `The views do not answer (${outages.views}).`,
      next: 'Is it running? docker compose up -d redis',
    })
  }
  if (outages.log !== undefined) {
    found.push({
      part: 'log',
      key: 'log',
      message: `The log does not answer (${outages.log}).`,
      next: 'Is it running? docker compose up -d kafka',
    })
  }
  // Without log or views nobody can tell whether the others stand still.
  if (found.length > 0) return found
  if (speedLayer.idleMs >= standstillMs) {
    found.push({
      part: 'speed-layer',
      key: 'standstill',
      forMs: speedLayer.idleMs,
      message: `The speed layer takes nothing while ${records(speedLayer.lag)}.`,
      next: 'Is it running? docker compose up -d speed-layer, or pnpm demo',
    })
  }
  if (missing > 0) {
    found.push({
      part: 'batch',
      key: 'missing',
      message: `${missing.toLocaleString('en')} records were deleted from the log before the speed layer could take them: days may lack them.`,
      next: 'Run: pnpm run batch',
    })
  }
  if (archiver.idleMs > rollsMissed * archiveRollSeconds * 1000 + standstillMs) {
    found.push({
      part: 'csv-archiver',
      key: 'archive',
      forMs: archiver.idleMs,
      message: `The archiver saves nothing while ${records(archiver.lag)}.`,
      next: 'The live values go on. Is it running, and has its disk space? docker compose up -d csv-archiver, or pnpm demo',
    })
  }
  return found
}

const records = (n: number): string => `${n.toLocaleString('en')} ${n === 1 ? 'record waits' : 'records wait'}`
