// The REST answers under /api: what contract.md names, from the views and from what is kept in memory of them.
import { dailyRow, type PipelineRow } from '@health/api'
import { alertStates, type ClinicalRules, idPattern } from '@health/domain'
import type { EventLog } from '@health/log'
import { type Gate, requireRole, sendProblem } from '@health/runtime'
import {
  allPatients,
  type BatchRun,
  readBatchView,
  readDays,
  tellViews,
  type ViewStore,
  ViewsUnavailable,
} from '@health/views'
import express, { type Response, type Router } from 'express'
import { z } from 'zod'
import { secretOf } from '../auth/session.ts'
import type { Alerts } from '../current/alerts.ts'
import type { Patients } from '../current/patients.ts'
import { createAlertRoutes } from './alert-routes.ts'
import { answerDeadLetters } from './dead-letters.ts'
import { readLive } from './live-rows.ts'
import { parseQuery } from './questions.ts'

export interface Served {
  store: ViewStore
  partitions: number
  rules: ClinicalRules
  patients: Patients
  alerts: Alerts
  log: EventLog
  topic: string
  pipeline(): PipelineRow
  /** Why patients and alerts in memory may not be current, in words; `null` when they are. */
  waitingFor(): string | null
  /** Epoch ms. */
  now(): number
}

/** Of the last that can be: a device whose clock is wrong may well name it. */
const lastDate = '9999-12-31'
const date = z.iso.date('must be a date like 2026-11-24').optional()
const questions = {
  live: z.strictObject({
    seconds: z
      .string()
      .regex(/^\d+$/, 'must be a whole number')
      .default('60')
      .transform(Number)
      .refine((seconds) => seconds >= 1 && seconds <= 86_400, 'must be from 1 to 86400'),
  }),
  daily: z
    .strictObject({ from: date, to: date })
    .refine(({ from = '', to = lastDate }) => from <= to, { path: ['to'], error: 'must not be before from' }),
  alerts: z.strictObject({
    state: z
      .enum(['', ...alertStates], `must be one of ${alertStates.join(', ')}, or left out`)
      .default('')
      .transform((state) => (state === '' ? null : state)),
  }),
}

/** Whoever may read gets answers; whoever may acknowledge may also tell the system to do something. */
export function createRestRouter(served: Served, gate: Gate): Router {
  const { store, partitions, patients, now } = served
  const router = express.Router()
  router.use((_request, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })
  const mayRead = requireRole(gate, 'read', secretOf)
  const mayAct = requireRole(gate, 'acknowledge', secretOf)
  router.use((request, response, next) => {
    const mayPass = request.method === 'GET' || request.method === 'HEAD' ? mayRead : mayAct
    mayPass(request, response, next)
  })

  router.get('/patients', (_request, response) => {
    checkCurrent(served)
    response.json(patients.rows(now()))
  })

  router.get('/patients/:id/live', async (request, response) => {
    const question = parseQuery(questions.live, request, response)
    if (question === null) return
    checkCurrent(served)
    const patientId = request.params.id
    const held = patients.partitionsOf(patientId)
    if (held.length === 0) return refuseUnknown(response, patientId)
    response.json(await readLive(store, { patientId, partitions: held, ...question, now: now() }, served.rules))
  })

  router.get('/patients/:id/daily', async (request, response) => {
    const question = parseQuery(questions.daily, request, response)
    if (question === null) return
    const patientId = request.params.id
    const days = idPattern.test(patientId) ? await readDays(store, patientId, partitions) : []
    if (days.length === 0) return refuseUnknown(response, patientId)
    response.json(days.filter(within(question)).map(dailyRow))
  })

  router.get('/daily', async (request, response) => {
    const question = parseQuery(questions.daily, request, response)
    if (question === null) return
    response.json((await readDays(store, allPatients, partitions)).filter(within(question)).map(dailyRow))
  })

  router.get('/alerts', (request, response) => {
    const question = parseQuery(questions.alerts, request, response)
    if (question === null) return
    checkCurrent(served)
    response.json(served.alerts.rows(question.state))
  })
  router.use('/alerts', createAlertRoutes(served))

  router.get('/dead-letters', answerDeadLetters(served))
  router.get('/pipeline', (_request, response) => void response.json(served.pipeline()))

  router.post('/batch', async (_request, response) => {
    const { run } = await readBatchView(store)
    if (run?.state === 'running') return refuseSecondRun(response, run)
    await tellViews(store, { kind: 'batch-wanted' })
    response.status(202).json({ message: 'A batch run was asked for. GET /api/pipeline tells how it goes.' })
  })

  return router
}

export function checkCurrent({ waitingFor }: Served): void {
  const reason = waitingFor()
  if (reason !== null) throw new ViewsUnavailable(reason)
}

const within =
  ({ from = '', to = lastDate }: { from?: string | undefined; to?: string | undefined }) =>
  ({ date }: { date: string }): boolean =>
    date >= from && date <= to

const refuseUnknown = (response: Response, patientId: string): void =>
  sendProblem(response, {
    status: 404,
    title: 'Unknown patient',
    detail: `There is no patient ${JSON.stringify(patientId.slice(0, 64))}. A patient is listed with the first valid reading: GET /api/patients.`,
  })

const refuseSecondRun = (response: Response, run: BatchRun): void =>
  sendProblem(response, {
    status: 409,
    title: 'A batch run is under way',
    detail: `It runs since ${new Date(run.startedAt).toISOString()}: ${run.message}. Wait for its end; GET /api/pipeline tells it.`,
  })
