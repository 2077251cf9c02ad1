// DuckDB as the scan uses it: in memory, spilling to a folder that is gone afterwards, and plain rows out.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { LakeFile } from './partition.ts'
import { readLakeFile } from './read-file.ts'
import type { UnsettledDay } from './scan-days.ts'

export type Engine = DuckDBConnection

/** DuckDB's own limit; beyond it a query writes to a temporary folder. */
const memoryLimit = '600MB'

/** Gives `work` an engine for as long as it takes. */
export async function withEngine<T>(work: (engine: DuckDBConnection) => Promise<T>): Promise<T> {
  const spill = await mkdtemp(join(tmpdir(), 'health-batch-'))
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(availableParallelism()),
    memory_limit: memoryLimit,
    temp_directory: spill,
    preserve_insertion_order: 'false',
  })
  try {
    const engine = await instance.connect()
    const result = await work(engine)
    engine.closeSync()
    return result
  } finally {
    instance.closeSync()
    await rm(spill, { recursive: true, force: true })
  }
}

/** The rows of a query over whole files. Throws `LakeFileDamaged` where one of them is not as the archiver wrote it. */
export async function readRows<Row>(
  engine: Engine,
  files: readonly LakeFile[],
  sql: (paths: readonly string[]) => string,
): Promise<Row[]> {
  if (files.length === 0) return []
  try {
    const result = await engine.runAndReadAll(sql(files.map(({ path }) => path)))
    return result.getRowObjectsJS() as Row[]
  } catch (error) {
    // The lake's own reader says which row of which file is wrong.
    for (const file of files) for await (const _ of readLakeFile(file));
    throw error
  }
}

/** The table that `nameDays` makes. */
export const unsettledTable = 'unsettled_days'

/** Names the days that `only` of a query refers to. */
export async function nameDays(engine: DuckDBConnection, days: readonly UnsettledDay[]): Promise<void> {
  await engine.run(`CREATE TEMP TABLE ${unsettledTable} (patient_id VARCHAR, sensor_id VARCHAR, day BIGINT)`)
  const appender = await engine.createAppender(unsettledTable)
  for (const { patientId, sensorId, day } of days) {
    appender.appendVarchar(patientId)
    appender.appendVarchar(sensorId ?? '')
    appender.appendBigInt(BigInt(day))
    appender.endRow()
  }
  appender.closeSync()
}
