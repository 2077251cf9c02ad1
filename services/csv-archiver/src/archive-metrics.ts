// What the archiver counts and measures.
import type { NewLakeFile } from '@health/lake'
import { Counter, Histogram, type Registry } from '@health/runtime'

export interface ArchiveMetrics {
  published(file: NewLakeFile, seconds: number): void
  fenced(): void
  failed(): void
  /** So many records were deleted from the log before they were archived. */
  missed(records: number): void
}

/** Registers the metrics in `registry`. */
export function createArchiveMetrics(registry: Registry): ArchiveMetrics {
  const registers = [registry]
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const rows = counter('archive_rows_total', 'Records published in the lake.')
  const files = counter('archive_files_total', 'Files published in the lake.')
  const bytes = counter('archive_bytes_total', 'Bytes of the files published in the lake.')
  const fenced = counter('archive_fenced_total', 'Files given up because another archiver was first.')
  const failures = counter('archive_failures_total', 'Failures to write the lake; what they held was archived again.')
  const gaps = counter('archive_gaps_total', 'Times that records were deleted from the log before they were archived.')
  const missed = counter('archive_missed_records_total', 'Records deleted from the log before they were archived.')
  const seconds = new Histogram({
    name: 'archive_publish_seconds',
    help: 'Time to make a file durable and visible.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  })
  return {
    published(file, duration) {
      rows.inc(file.rows)
      files.inc()
      bytes.inc(file.bytes)
      seconds.observe(duration)
    },
    fenced: () => fenced.inc(),
    failed: () => failures.inc(),
    missed(records) {
      gaps.inc()
      missed.inc(records)
    },
  }
}
