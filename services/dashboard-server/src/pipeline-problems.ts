// What is wrong with the pipeline, in words for a person and with the next thing to do.
import type { PipelineRow } from '@health/domain'

type Problem = PipelineRow['problems'][number]

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

/** Names the problems, each with the time since when it has stood. */
export function createProblems(archiveRollSeconds: number): (now: number, symptoms: Symptoms) => Problem[] {
  let since = new Map<string, number>()
  return (now, symptoms) => {
    const found = findProblems(symptoms, archiveRollSeconds)
    since = new Map(found.map(({ key }) => [key, since.get(key) ?? now]))
    return found.map(({ key, part, message }) => ({
      part,
      message,
      since: new Date(since.get(key) ?? now).toISOString(),
    }))
  }
}

type Found = Pick<Problem, 'part' | 'message'> & { key: string }

function findProblems({ outages, speedLayer, archiver, missing }: Symptoms, archiveRollSeconds: number): Found[] {
  const found: Found[] = []
  const add = (part: Problem['part'], key: string, message: string) => found.push({ part, key, message })
  if (outages.views !== undefined) {
    add(
      'views',
      'views',
      `The views do not answer (${outages.views}). The values on this page do not change until they do. Is it running? docker compose up -d redis`,
    )
  }
  if (outages.log !== undefined) {
    add(
      'log',
      'log',
      `The log does not answer (${outages.log}). Nothing new can arrive until it does. Is it running? docker compose up -d kafka`,
    )
  }
  // Without log or views nobody can tell whether the others stand still.
  if (found.length > 0) return found
  if (speedLayer.idleMs >= standstillMs) {
    const message = `The speed layer has taken nothing for ${seconds(speedLayer.idleMs)} while ${records(speedLayer.lag)}. Is it running? docker compose up -d speed-layer, or pnpm demo`
    add('speed-layer', 'standstill', message)
  }
  if (missing > 0) {
    const message = `${missing.toLocaleString('en')} records were deleted from the log before the speed layer could take them: days may lack them. Run: pnpm run batch`
    add('speed-layer', 'missing', message)
  }
  if (archiver.idleMs > rollsMissed * archiveRollSeconds * 1000 + standstillMs) {
    const message = `The archiver has saved nothing for ${seconds(archiver.idleMs)} while ${records(archiver.lag)}. Is it running, and has its disk space? docker compose up -d csv-archiver, or pnpm demo`
    add('csv-archiver', 'archive', message)
  }
  return found
}

const seconds = (ms: number): string => (ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`)

const records = (n: number): string => `${n.toLocaleString('en')} ${n === 1 ? 'record waits' : 'records wait'}`
