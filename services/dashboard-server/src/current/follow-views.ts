// Follows the views: reads them once, then takes every change; after a gap, or an outage, reads afresh.

import { setTimeout } from 'node:timers/promises'
import type { AlertRow } from '@health/api'
import {
  decodeChange,
  readClearedAlerts,
  readPatients,
  type ViewChange,
  type ViewStore,
  ViewsUnavailable,
} from '@health/views'
import { type Alerts, keptCleared } from './alerts.ts'
import type { Patients } from './patients.ts'

export type Applied = Extract<ViewChange, { kind: 'applied' }>
export type BatchRunTold = Extract<ViewChange, { kind: 'batch-run' }>

export interface FollowOptions {
  patients: Patients
  alerts: Alerts
  partitions: number
  /** Patients and alerts are changed already; `alerts` are those of which something is new. */
  onApplied(change: Applied, alerts: AlertRow[]): void
  onBatchRun(change: BatchRunTold): void
  /** Everything was read afresh: what anybody was told before may have holes. */
  onFresh(): void
}

export interface FollowedViews {
  /** What is waited for before the patients are known and current, in words; `null` when they are. */
  waitingFor(): string | null
  /** Rejects on a bug. */
  failed: Promise<never>
  stop(): Promise<void>
}

const retryMs = 1_000

export async function followViews(store: ViewStore, options: FollowOptions): Promise<FollowedViews> {
  const { patients, alerts, partitions } = options
  /** What was told since the read under way began: it may be newer than what the read brings. */
  let toldMeanwhile: Applied[] = []
  let unread = true
  let reading: Promise<void> | null = null
  const bug = Promise.withResolvers<never>()
  const stopped = new AbortController()

  const take = (change: Applied): AlertRow[] => {
    patients.apply(change.partition, change.patients)
    return alerts.apply(change.alerts, change.patients)
  }
  const read = async () => {
    toldMeanwhile = []
    const [byPartition, cleared] = await Promise.all([
      readPatients(store, partitions),
      readClearedAlerts(store, partitions, keptCleared),
    ])
    patients.replace(byPartition)
    alerts.replace(byPartition, cleared)
    for (const change of toldMeanwhile) take(change)
  }
  const readUntilCurrent = async () => {
    while (unread && !stopped.signal.aborted) {
      unread = false
      try {
        await read()
        options.onFresh()
      } catch (error) {
        if (!(error instanceof ViewsUnavailable)) throw error
        unread = true
        await setTimeout(retryMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined)
      }
    }
    reading = null
  }
  const readAfresh = () => {
    unread = true
    if (reading !== null) return
    reading = readUntilCurrent()
    reading.catch(bug.reject)
  }
  const watch = await store.watch((changes) => {
    for (const { change: text } of changes) {
      const change = decodeChange(text)
      if (change.kind === 'batch-run') options.onBatchRun(change)
      if (change.kind !== 'applied') continue
      if (reading !== null) toldMeanwhile.push(change)
      options.onApplied(change, take(change))
    }
  }, readAfresh)
  readAfresh()

  return {
    waitingFor: () => store.waitingFor() ?? (reading === null ? null : 'the views to be read'),
    failed: bug.promise,
    async stop() {
      stopped.abort()
      await watch.stop()
      await reading
    },
  }
}
