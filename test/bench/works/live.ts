// Readings come in while a speed layer starts and runs: how soon is the first one in Redis, and how late are the others?
import { setTimeout as pause } from 'node:timers/promises'
import { decodeChange } from '@health/views'
import { createLiveReadings } from '../data/readings.ts'
import { endOf, type Running } from '../process.ts'
import { percentile } from '../statistics.ts'
import { type BenchSystem, partitions } from '../system.ts'
import { whileRunning } from './follow.ts'
import { type GroupSize, startSpeedLayers, usageOf } from './speed-layers.ts'
import type { Figures, Work } from './work.ts'

const perSecond = 1000
const tickMs = 10

/** A speed layer under test. */
interface Follower {
  start(topic: string): readonly Running[]
  /** Tells of every reading that Redis makes visible, as it does; `measuredAt` is epoch ms. */
  watch(onVisible: (patientId: string, measuredAt: number) => void): Promise<() => Promise<void>>
}

export const liveWork: Work = {
  name: 'live',
  async prepare({ system, sizes, peer }) {
    const size = { ...sizes, partitions, instances: 1 }
    const contenders = [{ name: 'speed-layer', run: () => followSpeedLayers(system, size) }]
    if (peer === null) return contenders
    const theirs: Follower = { start: (topic) => [peer.follow(system, topic)], watch: watchTheirs(system) }
    return [...contenders, { name: 'spark-latest', run: () => follow(system, theirs, size) }]
  },
}

export interface LiveSize {
  patients: number
  partitions: number
  /** Seconds that traffic runs before it is measured, and is measured. */
  warmUpSeconds: number
  liveSeconds: number
}

/** How late the readings are that one or more instances of the speed layer make visible. */
export function followSpeedLayers(system: BenchSystem, size: LiveSize & GroupSize): Promise<Figures> {
  const ours: Follower = { start: (topic) => startSpeedLayers(system, topic, size), watch: watchOurs(system) }
  return follow(system, ours, size)
}

async function follow(
  system: BenchSystem,
  follower: Follower,
  { patients, partitions, warmUpSeconds, liveSeconds }: LiveSize,
): Promise<Figures> {
  const topic = system.newTopic()
  const sending = await startSending(system, topic, { patients, partitions })
  const ages: number[] = []
  const first = Promise.withResolvers<number>()
  let measuring = false
  const stopWatching = await follower.watch((patientId, measuredAt) => {
    const now = performance.now()
    first.resolve(now)
    for (const sentAt of sending.becameVisible(patientId, measuredAt)) if (measuring) ages.push((now - sentAt) / 1000)
  })
  const begun = performance.now()
  const running = follower.start(topic)
  try {
    return await whileRunning(running, async () => {
      const firstSeconds = ((await Promise.race([first.promise, ...running.map(endOf)])) - begun) / 1000
      await pause(warmUpSeconds * 1000)
      measuring = true
      const before = usageOf(running)
      await pause(liveSeconds * 1000)
      const { cpuSeconds, peakBytes } = usageOf(running)
      const sorted = Float64Array.from(ages).sort()
      return {
        firstSeconds,
        p50: percentile(sorted, 50),
        p99: percentile(sorted, 99),
        count: sorted.length,
        cores: (cpuSeconds - before.cpuSeconds) / liveSeconds,
        peakBytes,
      }
    })
  } finally {
    await sending.stop()
    await stopWatching()
  }
}

/** Sends as long as it is let, and knows when each reading was sent. */
async function startSending(
  system: BenchSystem,
  topic: string,
  { patients, partitions }: Pick<LiveSize, 'patients' | 'partitions'>,
) {
  const log = await system.openTopic(topic, partitions)
  const next = createLiveReadings(patients)
  /** By patient, oldest first. */
  const waiting = new Map<string, { measuredAt: number; sentAt: number }[]>()
  const underWay = new Set<Promise<void>>()
  const begun = performance.now()
  let sent = 0

  function send(): void {
    const due = Math.floor(((performance.now() - begun) * perSecond) / 1000) - sent
    const now = Date.now()
    const sentAt = performance.now()
    const records = Array.from({ length: due }, () => {
      const { patientId, json } = next(now)
      const theirs = waiting.get(patientId)
      if (theirs === undefined) waiting.set(patientId, [{ measuredAt: now, sentAt }])
      else theirs.push({ measuredAt: now, sentAt })
      return { key: patientId, value: Buffer.from(json) }
    })
    sent += due
    const appended = log.append(topic, records).finally(() => underWay.delete(appended))
    underWay.add(appended)
  }
  const timer = setInterval(send, tickMs)

  return {
    /** When the readings were sent that a patient's newest one shows or has overtaken. */
    becameVisible(patientId: string, measuredAt: number): number[] {
      const theirs = waiting.get(patientId) ?? []
      const later = theirs.findIndex((each) => each.measuredAt > measuredAt)
      return theirs.splice(0, later === -1 ? theirs.length : later).map(({ sentAt }) => sentAt)
    },
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
    },
  }
}

const watchOurs =
  ({ views }: BenchSystem): Follower['watch'] =>
  async (onVisible) => {
    const watch = await views.watch(
      (changes) => {
        for (const { change } of changes) {
          const decoded = decodeChange(change)
          if (decoded.kind !== 'applied') continue
          for (const [patientId, { measuredAt }] of decoded.readings) onVisible(patientId, measuredAt)
        }
      },
      () => {},
    )
    return () => watch.stop()
  }

const watchTheirs =
  ({ redis }: BenchSystem): Follower['watch'] =>
  async (onVisible) => {
    const subscriber = redis.duplicate()
    subscriber.on('message', (_channel, text) => {
      const { patient_id, measured_at }: { patient_id: string; measured_at: string } = JSON.parse(text)
      onVisible(patient_id, Date.parse(measured_at))
    })
    await subscriber.subscribe('readings')
    return async () => subscriber.disconnect()
  }
