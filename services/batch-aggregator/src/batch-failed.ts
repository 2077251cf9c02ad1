// Why a batch run ended without a view, in words for the person who asked for it.

/** The message says what is missing and what to do; it is printed as it is. */
export class BatchFailed extends Error {
  override name = 'BatchFailed'
}

const start = 'Is the system running? Start it with `pnpm demo` or `docker compose up`'

/** Nothing was ever archived; `why` says where was looked. */
export const emptyLake = (why: string, cause?: unknown): BatchFailed =>
  new BatchFailed(
    `${why} ${start}, let readings come in, and run this again: the archiver saves what came in at the latest after ` +
      'ARCHIVE_ROLL_SECONDS (60 s; in the demo 10 s), and at once when a batch run asks for it.',
    { cause },
  )

/** The lake has records, the views have none. */
export const nothingApplied = (lakeDir: string): BatchFailed =>
  new BatchFailed(
    `The lake in ${lakeDir} holds records, but the speed layer has not applied any to these views yet, so there is ` +
      `nothing to merge the days with. ${start}, wait until the dashboard shows patients, and run this again.`,
  )

export const lakeBehind = (lakeDir: string, missing: string, waitedMs: number): BatchFailed =>
  new BatchFailed(
    `The lake in ${lakeDir} lacks ${missing} that the speed layer has applied, and nothing was added for ` +
      `${Math.round(waitedMs / 1000)} s. Is the csv-archiver running, on this lake? ` +
      'See its log: `docker compose logs csv-archiver`, or the terminal of the demo.',
  )

/** The lake has other records than those that the speed layer has applied. */
export const foreignLake = (lakeDir: string, partition: number): BatchFailed =>
  new BatchFailed(
    `The lake in ${lakeDir} belongs to another log, or the log was made anew: of partition ${partition} it holds other ` +
      'records than these views have. See what the csv-archiver says. To begin a new lake, stop the archiver and run ' +
      '`pnpm run init --lake`: it moves the old one aside.',
  )

/** In words for a person where the file system refused to let the lake be read; any other error as it is. */
export const unreadableLake = (lakeDir: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error
    ? new BatchFailed(
        `The lake in ${lakeDir} cannot be read: ${error.message}. Is it the folder of a lake, and may this user read it? ` +
          'LAKE_DIR, or --lake, names another.',
        { cause: error },
      )
    : error

export const viewsEmptied = (): BatchFailed =>
  new BatchFailed(
    'The views were emptied, or came back without their newest changes, while the run was under way. Run it again.',
  )
