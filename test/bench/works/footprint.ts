// What a patient takes when every window is full: a day of readings, one a minute, or at last one a second. In Kafka, and in
// Redis by its parts.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { formatReading } from '@health/domain'
import type { Redis } from 'ioredis'
import { createRandom } from '../../faults/random.ts'
import { type Backlog, fillWith } from '../data/backlog.ts'
import { type BenchMessage, patientId, randomValues } from '../data/readings.ts'
import { sum } from '../statistics.ts'
import { type BenchSystem, partitions } from '../system.ts'
import { drain } from './drain.ts'
import type { Bench, Contender, Figures, Work } from './work.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const begin = Date.UTC(2026, 0, 1)
/** The newest seconds fill the window of identities and the ten minutes of readings. */
const lastSeconds = 20 * 60

export const footprintWork: Work = {
  name: 'footprint',
  prepare: async (bench) => [
    await contender(bench, 'one a minute', times(dayMs, minuteMs)),
    await contender(bench, 'one a second', [...times(dayMs - lastSeconds * 1000, minuteMs), ...newestSeconds()]),
  ],
}

const times = (until: number, stepMs: number): number[] =>
  Array.from({ length: Math.floor(until / stepMs) }, (_, i) => begin + i * stepMs)
const newestSeconds = (): number[] =>
  Array.from({ length: lastSeconds }, (_, i) => begin + dayMs - (lastSeconds - i) * 1000)

async function contender({ system, sizes }: Bench, name: string, at: readonly number[]): Promise<Contender> {
  const patients = sizes.fullPatients
  const backlog = await fillWith(system, createMessages(patients, at), patients * at.length)
  return { name, run: () => measure(system, backlog, patients) }
}

/** All patients at the first time, then all at the second, … Nothing is dropped. */
function createMessages(patients: number, at: readonly number[]): () => BenchMessage {
  const random = createRandom(patients)
  let seq = 0
  return () => {
    const n = seq % patients
    const measuredAt = (at[Math.floor(seq / patients)] ?? 0) + n
    seq++
    let values = randomValues(random)
    while (values.dropped !== null) values = randomValues(random)
    const signals = { glucoseMgdl: values.glucose, heartRateBpm: values.heartRate, temperatureC: null }
    const reading = { patientId: patientId(n), sensorId: `cgm-${patientId(n)}`, measuredAt, ...signals }
    return { patientId: patientId(n), json: formatReading(reading), dropped: null }
  }
}

async function measure(system: BenchSystem, backlog: Backlog, patients: number): Promise<Figures> {
  const { redisBytes = Number.NaN } = await drain(system, backlog)
  const part = async (name: string) => (await bytesOf(system.redis, `health:${name}`)) / patients
  const changes = await bytesOf(system.redis, 'health:changes')
  return {
    kafkaBytesPerMessage: kafkaBytes(system, backlog.topic) / backlog.messages,
    // What is told to watchers is kept by number, not by patient. The keys below are a little less than what they take.
    redisBytesPerPatient: (redisBytes - changes) / patients,
    recentBytes: (await part('readings:*')) + (await part('recent:*')),
    seenBytes: await part('seen:*'),
    stateBytes: await part('patients:*'),
    dayBytes: await part('days:*'),
  }
}

/** Bytes in Redis of all keys that match. */
async function bytesOf(redis: Redis, pattern: string): Promise<number> {
  const bytes = await Promise.all((await redis.keys(pattern)).map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)))
  return sum(bytes.map((n) => n ?? 0))
}

/** Bytes of a topic's records on one broker's disk. */
function kafkaBytes({ folder }: BenchSystem, topic: string): number {
  const logs = Array.from({ length: partitions }, (_, n) => join(folder, 'kafka', `${topic}-${n}`))
  const files = logs.flatMap((log) => readdirSync(log).map((name) => join(log, name)))
  return sum(files.filter((path) => path.endsWith('.log')).map((path) => statSync(path).size))
}
