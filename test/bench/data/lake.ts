// Lakes to compute days from, written by the project's own row code; kept between runs, as making them takes its time.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatReading } from '@health/domain'
import { type ArchivedRecord, dateOf, formatRows, lakeFile, lakeHeader } from '@health/lake'
import { createRandom, type Random } from '../../faults/random.ts'
import { lakePatients } from '../sizes.ts'
import { partitions } from '../system.ts'
import { patientId, randomValues } from './readings.ts'

export interface LakeSize {
  rows: number
  /** In all, spread over days and partitions. */
  files: number
  /** 200 patients × 35 days are the 7,000 patient-days of the figures to reach. */
  days?: number
  /** So many more of the last day's last minute, in a file of their own in each partition. */
  lastMinuteRows?: number
}

/** Where every lake ends. */
const end = Date.UTC(2026, 1, 5)
const dayMs = 86_400_000
const minuteMs = 60_000
export const lakeTopic = 'health_stream'
/** Changes with what is written, so that no older lake is taken for it. */
const version = 1

/** The folder of a lake of that size; made where `state` does not hold it yet. */
export function lakeOf(state: string, size: LakeSize): string {
  const folder = join(state, ['lake', version, ...Object.values(size)].join('-'))
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  writeLake(unfinished, size)
  renameSync(unfinished, folder)
  return folder
}

function writeLake(folder: string, { rows, files, days = 35, lastMinuteRows = 0 }: LakeSize): void {
  const random = createRandom(rows)
  const offsets = Array.from({ length: partitions }, () => 0)
  const fileCount = Math.ceil(files / days / partitions)
  const rowsPerFile = rows / days / partitions / fileCount
  let due = 0
  let written = 0
  function writeFile(partition: number, count: number, from: number, forMs: number): void {
    const firstOffset = offsets[partition] ?? 0
    offsets[partition] = firstOffset + count
    const records = recordsOf({ random, partition, firstOffset, count, from, forMs })
    const { path } = lakeFile(folder, { topic: lakeTopic, partition, firstOffset, date: dateOf(from) })
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, lakeHeader + formatRows(partition, records))
  }
  for (let day = 0; day < days; day++) {
    for (let partition = 0; partition < partitions; partition++) {
      for (let n = 0; n < fileCount; n++) {
        due += rowsPerFile
        const count = Math.round(due) - written
        written += count
        writeFile(partition, count, end + (day - days + n / fileCount) * dayMs, dayMs / fileCount)
      }
    }
  }
  if (lastMinuteRows === 0) return
  for (let partition = 0; partition < partitions; partition++) {
    writeFile(partition, lastMinuteRows / partitions, end - minuteMs, minuteMs)
  }
}

interface Stretch {
  random: Random
  partition: number
  firstOffset: number
  count: number
  /** Epoch ms. */
  from: number
  forMs: number
}

/** Each patient keeps to one partition. */
function recordsOf({ random, partition, firstOffset, count, from, forMs }: Stretch): ArchivedRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const n = partition + partitions * random.integer(0, Math.floor((lakePatients - 1 - partition) / partitions))
    const { glucose, heartRate } = randomValues(random)
    const receivedAt = Math.floor(from + (i / count) * forMs)
    const id = patientId(n)
    const signals = { glucoseMgdl: glucose, heartRateBpm: heartRate, temperatureC: null }
    const value = formatReading({ patientId: id, sensorId: `cgm-${id}`, measuredAt: receivedAt, ...signals })
    return { offset: firstOffset + i, receivedAt, key: Buffer.from(id), value: Buffer.from(value) }
  })
}
