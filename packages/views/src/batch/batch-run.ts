// A batch run as the views keep it, so that whoever comes later knows how it went.

export interface BatchRun {
  state: 'running' | 'done' | 'failed'
  /** Epoch ms, as all times here. */
  startedAt: number
  /** What it is doing or what went wrong, for a person. */
  message: string
  computedAt: number | null
  /** Patient-days that it computed: those that had changed since the run before. */
  rows: number | null
  /** Records of the lake that the published view covers. */
  records: number | null
}

export const encodeBatchRun = (run: BatchRun): string => JSON.stringify(run)

export const decodeBatchRun = (text: string): BatchRun => readBatchRun(JSON.parse(text))

/** Reads a stored run, or one of a change event. One with the name `started_at` was stored as a row of the REST answers, by the release before. */
export function readBatchRun(stored: StoredBatchRun): BatchRun {
  if (!('started_at' in stored)) return stored
  const { started_at, computed_at, ...run } = stored
  return {
    ...run,
    startedAt: Date.parse(started_at),
    computedAt: computed_at === null ? null : Date.parse(computed_at),
  }
}

type StoredBatchRun = BatchRun | BatchRunRow

interface BatchRunRow extends Omit<BatchRun, 'startedAt' | 'computedAt'> {
  started_at: string
  computed_at: string | null
}
