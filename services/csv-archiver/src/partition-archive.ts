// One partition on its way into the lake: rows go into the open file, which is published when it is time.
import type { ArchivedRecord, NewLakeFile } from '@health/lake'
import { countFitting } from './fitting.ts'

export interface PartitionArchive {
  /** Drops what is held and looks up where to go on; `null` is the oldest record. */
  start(): Promise<number | null>
  /**
   * Writes consecutive records, and publishes what is due. Throws when the lake cannot be written: the records must be
   * given again.
   */
  take(records: readonly ArchivedRecord[]): Promise<void>
  /** Publishes as soon as every record below `offset` is held, this moment or later. */
  want(offset: number): void
  /** Publishes what is held. Never rejects; what fails is told and will be archived again. */
  publish(): Promise<void>
  /** Drops what is held. */
  drop(): Promise<void>
  /** Why the lake could not be written the last time, as the system says it; `null` when it could. */
  waitingFor(): string | null
}

export interface PartitionArchiveOptions {
  maxRows: number
  maxAgeMs: number
  /** Looks up where the lake ends. */
  findPosition(): Promise<number | null>
  beginFile(first: ArchivedRecord): Promise<NewLakeFile>
  onPublished(file: NewLakeFile, seconds: number): void
  /** Another archiver was first. */
  onFenced(file: NewLakeFile): void
  /** The lake could not be written, so many times in a row. */
  onFailure(error: unknown, inRow: number): void
  /** Asks that the records come again from where the lake ends: `start` follows. */
  restart(): void
  /** Epoch ms. */
  now(): number
}

const shortestPauseMs = 100
const longestPauseMs = 5000

/** Nothing is taken before `start`. Calls are done one after the other. */
export function createPartitionArchive(options: PartitionArchiveOptions): PartitionArchive {
  const { maxRows, maxAgeMs, now } = options
  let open: NewLakeFile | null = null
  let rollTimer: NodeJS.Timeout | undefined
  /** Where the records must go on; `null` after records were dropped, until `start` has looked it up. */
  let next: number | null = null
  let wanted = 0
  let failure: { error: unknown; inRow: number; retryAt: number } | null = null
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  async function drop(): Promise<void> {
    clearTimeout(rollTimer)
    const file = open
    open = null
    next = null
    await file?.discard()
  }

  /** False when nothing can be taken until `start` has been asked again. */
  async function publishOpen(): Promise<boolean> {
    const file = open
    if (file === null) return true
    clearTimeout(rollTimer)
    open = null
    const begun = performance.now()
    const outcome = await file.publish()
    failure = null
    if (outcome === 'published') {
      options.onPublished(file, (performance.now() - begun) / 1000)
      return true
    }
    options.onFenced(file)
    next = null
    options.restart()
    return false
  }

  async function write(records: readonly ArchivedRecord[]): Promise<void> {
    let rest = records
    for (let first = rest[0]; first !== undefined; first = rest[0]) {
      const fitting = open === null ? 0 : countFitting(rest, open, maxRows)
      if (open === null || fitting === 0) {
        if (!(await publishOpen())) return
        open = await begin(first)
        continue
      }
      await open.append(rest.slice(0, fitting))
      next = open.nextOffset
      rest = rest.slice(fitting)
    }
    if (open !== null && (open.rows >= maxRows || isWanted(open))) await publishOpen()
  }

  async function begin(first: ArchivedRecord): Promise<NewLakeFile> {
    const file = await options.beginFile(first)
    rollTimer = setTimeout(() => inTurn(async () => (open === file ? publishAside() : undefined)), maxAgeMs)
    return file
  }

  const isWanted = (file: NewLakeFile): boolean => file.firstOffset < wanted && wanted <= file.nextOffset

  /** Publishes outside of a batch, where nobody hears what is thrown. */
  async function publishAside(): Promise<void> {
    try {
      await publishOpen()
    } catch (error) {
      await fail(error)
      options.restart()
    }
  }

  async function fail(error: unknown): Promise<void> {
    await drop()
    const inRow = (failure?.inRow ?? 0) + 1
    failure = { error, inRow, retryAt: now() + Math.min(shortestPauseMs * 2 ** (inRow - 1), longestPauseMs) }
    options.onFailure(error, inRow)
  }

  return {
    start: () =>
      inTurn(async () => {
        await drop()
        const position = await options.findPosition()
        next = position ?? 0
        return position
      }),

    take: (records) =>
      inTurn(async () => {
        // Whoever gives the records waits between failures; a full disk is not to be written at again and again.
        if (failure !== null && now() < failure.retryAt) throw failure.error
        if (next === null || (records[0]?.offset ?? 0) < next) return options.restart()
        try {
          await write(records)
        } catch (error) {
          await fail(error)
          throw error
        }
      }),

    want(offset) {
      wanted = Math.max(wanted, offset)
      inTurn(async () => (open !== null && isWanted(open) ? publishAside() : undefined))
    },
    publish: () => inTurn(publishAside),
    drop: () => inTurn(drop),
    // Once a file is begun again, the lake can be written as far as anyone knows.
    waitingFor: () => (open === null && failure !== null ? String(failure.error) : null),
  }
}
