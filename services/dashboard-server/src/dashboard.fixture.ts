// A dashboard server for tests, over embedded log and views in a folder of its own, and what writes to them beside it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientEvents, ServerEvents } from '@health/api'
import {
  type AlertSnapshot,
  addReading,
  applyValue,
  classifiedSignals,
  classify,
  type DaySums,
  type DroppedRecord,
  defaultRules,
  emptyDay,
  noAlerts,
  type Reading,
  snapshotAlert,
} from '@health/domain'
import { aReading } from '@health/domain/testing'
import { openLog } from '@health/log'
import { createLogger, createMetrics, readConfig } from '@health/runtime'
import {
  allPatients,
  type BatchRun,
  clearedAlertsKey,
  closeSlots,
  daysKey,
  decodeDay,
  encodeClearedAlert,
  encodeDay,
  encodeMinute,
  encodePatient,
  encodeProgress,
  encodeReading,
  encodeReadings,
  minuteField,
  minuteMs,
  minutesKey,
  openViews,
  type PatientState,
  partitionKey,
  patientsKey,
  publishVersion,
  type RecentReading,
  readingBlockMs,
  readingsKey,
  readPartitions,
  slotField,
  stageRows,
  tell,
  type ViewStore,
  ViewsUnavailable,
} from '@health/views'
import { io, type Socket } from 'socket.io-client'
import { onTestFinished } from 'vitest'
import { settings } from './config.ts'
import { serveDashboard } from './service.ts'

export const partitions = 2

/** The store, with a line to it that can be cut. */
export type CuttableStore = ViewStore & { cut(words: string | null): void }

function cuttable(store: ViewStore): CuttableStore {
  let trouble: string | null = null
  return {
    ...store,
    cut(words) {
      trouble = words
    },
    waitingFor: () => trouble ?? store.waitingFor(),
    async step(guards, operations) {
      if (trouble !== null) throw new ViewsUnavailable(trouble)
      return store.step(guards, operations)
    },
  }
}

/** A server on a free port, stopped when the test ends. */
export async function startTestDashboard(
  env: Record<string, string> = {},
  { logger = createLogger('silent'), now = Date.now } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = readConfig(settings, {
    DATA_DIR: folder,
    DASHBOARD_PORT: '0',
    KAFKA_PARTITIONS: String(partitions),
    ...env,
  })
  const log = await openLog(config, { logger, clientId: 'test' })
  const store = cuttable(await openViews(config, { logger }))
  const context = { logger, metrics: createMetrics('dashboard-server'), now }
  const health = { failure: () => null, waitingFor: () => null, metrics: () => context.metrics.metrics() }
  const server = await serveDashboard(log, store, config, context, health)
  onTestFinished(() => server.stop())
  const url = `http://127.0.0.1:${server.port}`
  return { ...server, url, log, store, get: (path: string, init?: RequestInit) => fetch(`${url}${path}`, init) }
}

export type BrowserSocket = Socket<ServerEvents, ClientEvents>

/** A browser's connection, closed when the test ends. */
export function connect(url: string, headers: Record<string, string> = {}): BrowserSocket {
  const socket: BrowserSocket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 10,
    extraHeaders: headers,
  })
  onTestFinished(() => void socket.disconnect())
  return socket
}

/** The same, once it has got its snapshot. */
export async function connected(url: string): Promise<BrowserSocket> {
  const socket = connect(url)
  await new Promise((resolve) => socket.once('snapshot', resolve))
  return socket
}

/** What a socket is told of one event, in order, from now on. */
export function heard<E extends keyof ServerEvents>(socket: BrowserSocket, event: E): Parameters<ServerEvents[E]>[0][] {
  const messages: Parameters<ServerEvents[E]>[0][] = []
  const onAny = (name: string, message: Parameters<ServerEvents[E]>[0]) => {
    if (name === event) messages.push(message)
  }
  socket.onAny(onAny)
  return messages
}

/** Takes readings into partition 0 of the views in the form that the speed layer leaves there. */
export function createTestSpeedLayer(store: ViewStore) {
  const recent = new Map<string, RecentReading[]>()
  const states = new Map<string, PatientState>()

  async function apply(fields: Partial<Reading> = {}): Promise<Reading> {
    const reading = aReading({ measuredAt: Date.now(), ...fields })
    const { patientId, sensorId: _, ...values } = reading
    const told: RecentReading = { ...values, receivedAt: Date.now() }
    const readings = [...(recent.get(patientId) ?? []), told]
    const before = states.get(patientId)
    const state = stateAfter(before, reading)
    const [partition] = await readPartitions(store, partitions)
    if (partition === undefined) throw new Error('no partition')
    partition.position = (partition.position ?? 0) + 1
    partition.receivedAt = told.receivedAt
    partition.counts.records++
    partition.counts.valid++
    const alerts = followAlerts(state, told, reading, partition.position - 1)
    await store.step(
      [],
      [
        { op: 'set', key: partitionKey(0), fields: encodeProgress(partition) },
        { op: 'set', key: patientsKey(0), fields: { [patientId]: encodePatient(state) } },
        {
          op: 'push',
          key: readingsKey(0, patientId, Math.floor(told.measuredAt / readingBlockMs)),
          items: [encodeReadings([encodeReading(told)])],
          keep: 500,
        },
        { op: 'set', key: minutesKey(0, patientId), fields: minutesOf(readings) },
        {
          op: 'push',
          key: clearedAlertsKey(0),
          items: cleared(alerts).map(encodeClearedAlert),
          keep: 500,
        },
      ],
    )
    for (const id of [patientId, allPatients]) await addToDay(store, id, partition.slot, reading)
    const change = { [patientId]: state }
    await store.step(
      [],
      [
        tell({
          kind: 'applied',
          partition: 0,
          at: Date.now(),
          patients: change,
          readings: [[patientId, told]],
          alerts,
          dropped: [],
        }),
      ],
    )
    recent.set(patientId, readings)
    states.set(patientId, state)
    return reading
  }

  const drop = (dropped: DroppedRecord) =>
    store.step(
      [],
      [
        tell({
          kind: 'applied',
          partition: 0,
          at: Date.now(),
          patients: {},
          readings: [],
          alerts: [],
          dropped: [dropped],
        }),
      ],
    )

  return { apply, drop }
}

function stateAfter(before: PatientState | undefined, reading: Reading): PatientState {
  const { glucoseMgdl, heartRateBpm, measuredAt } = reading
  const latest = (value: number | null) => (value === null ? null : { value, measuredAt })
  const { status } = classify(reading, defaultRules)
  return {
    latest: { glucoseMgdl: latest(glucoseMgdl), heartRateBpm: latest(heartRateBpm), temperatureC: null },
    previousGlucose: before?.latest.glucoseMgdl ?? null,
    trend: [],
    status,
    since: before?.status === status ? before.since : measuredAt,
    alerts: before?.alerts ?? noAlerts(),
  }
}

function followAlerts(
  { alerts = noAlerts() }: PatientState,
  { receivedAt }: RecentReading,
  { patientId, measuredAt, ...values }: Reading,
  offset: number,
): AlertSnapshot[] {
  const changed = classifiedSignals.flatMap((signal) => {
    const value = values[signal]
    return value === null
      ? []
      : applyValue(alerts, { patientId, signal, value, measuredAt, receivedAt, offset }, defaultRules)
  })
  return changed.map((alert) => snapshotAlert(alert, alerts))
}

const cleared = (alerts: readonly AlertSnapshot[]): AlertSnapshot[] => alerts.filter(({ state }) => state === 'cleared')

function minutesOf(readings: readonly RecentReading[]): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [minute, held] of Map.groupBy(readings, ({ measuredAt }) => Math.floor(measuredAt / minuteMs))) {
    const values = held.flatMap(({ glucoseMgdl }) => (glucoseMgdl === null ? [] : [glucoseMgdl]))
    const sum = values.reduce((a, b) => a + b, 0)
    const spread = { count: values.length, sum, min: Math.min(...values), max: Math.max(...values) }
    fields[minuteField(minute)] = encodeMinute({ glucoseMgdl: spread, heartRateBpm: null })
  }
  return fields
}

const dateOf = (reading: Reading): string => new Date(reading.measuredAt).toISOString().slice(0, 10)

async function addToDay(store: ViewStore, patientId: string, slot: number, reading: Reading): Promise<void> {
  const field = slotField(0, slot, dateOf(reading))
  const [reply] = (await store.step([], [{ op: 'get', key: daysKey(patientId), fields: [field] }])) ?? []
  const text = reply && 'fields' in reply ? reply.fields[field] : undefined
  const day = text === undefined ? emptyDay() : decodeDay(text)
  addReading(day, reading)
  await store.step([], [{ op: 'set', key: daysKey(patientId), fields: { [field]: encodeDay(day) } }])
}

/** Publishes a batch view that holds `readings`, all the views count so far. */
export async function runTestBatch(store: ViewStore, readings: readonly Reading[]): Promise<void> {
  const closed = await closeSlots(store, partitions)
  const days = new Map<string, { patientId: string; date: string; day: DaySums }>()
  for (const reading of readings) {
    for (const patientId of [reading.patientId, allPatients]) {
      const date = dateOf(reading)
      const row = days.get(`${patientId} ${date}`) ?? { patientId, date, day: emptyDay() }
      addReading(row.day, reading)
      days.set(`${patientId} ${date}`, row)
    }
  }
  await stageRows(store, closed, [...days.values()])
  const at = Date.now()
  await publishVersion(store, closed, {
    computedAt: at,
    completeTo: at,
    watermark: new Map(closed.partitions.map(({ position }, partition) => [partition, position ?? 0])),
    run: aRun({ state: 'done', computedAt: at, rows: days.size, records: readings.length }),
    holds: 'every day',
    basis: '',
  })
}

export const aRun = (fields: Partial<BatchRun> = {}): BatchRun => ({
  state: 'running',
  startedAt: Date.now(),
  message: 'reading the lake',
  computedAt: null,
  rows: null,
  records: null,
  ...fields,
})
