// What people do about alerts, by REST: each becomes a record of the log, and what follows from it is told like all news.
import type { AlertRow } from '@health/api'
import { type AlertActionMessage, formatAction, maxNoteLength, maxSnoozeMinutes } from '@health/domain'
import type { EventLog } from '@health/log'
import { type Identity, sendProblem } from '@health/runtime'
import express, { type Request, type Response, type Router } from 'express'
import { z } from 'zod'
import type { Alerts } from '../current/alerts.ts'
import { parseBody } from './questions.ts'

export interface AlertRoutesParts {
  alerts: Alerts
  log: EventLog
  topic: string
}

const maxBodyBytes = 4096

const note = z.string('must be text').trim().max(maxNoteLength, `must be at most ${maxNoteLength} characters`)
/** Who it is, where no token tells. */
const by = z.string('must be a name').trim().min(1, 'must be a name').max(32, 'must be at most 32 characters')
const common = { by: by.default('somebody'), note: note.nullable().default(null) }
const minutes = `must be whole minutes from 1 to ${maxSnoozeMinutes}`
const bodies = {
  ack: z.strictObject(common).transform((body) => ({ type: 'acknowledge' as const, ...body })),
  snooze: z
    .strictObject({ ...common, minutes: z.int(minutes).min(1, minutes).max(maxSnoozeMinutes, minutes) })
    .transform((body) => ({ type: 'snooze' as const, ...body })),
  notes: z
    .strictObject({ ...common, note: note.min(1, 'must not be empty') })
    .transform((body) => ({ type: 'note' as const, ...body })),
}

/**
 * POST /:id/ack {note?}, /:id/snooze {minutes, note?}, /:id/notes {note}, each with `by` where no token says who it is. 202
 * when it is durable in the log; the alert as it then is follows with the news.
 */
export function createAlertRoutes({ alerts, log, topic }: AlertRoutesParts): Router {
  const router = express.Router()
  router.use(express.json({ limit: maxBodyBytes, inflate: false }))
  for (const [name, schema] of Object.entries(bodies)) {
    router.post(`/:id/${name}`, async (request: Request<{ id: string }>, response) => {
      const body = parseBody<Done>(schema, request, response)
      if (body === null) return
      const alert = alerts.find(request.params.id)
      if (alert === undefined) return refuseUnknown(response, request.params.id)
      if (alert.state === 'cleared') return refuseCleared(response, alert)
      const identity: Identity = response.locals['identity']
      const message = { ...body, patient_id: alert.patient_id, alert_id: alert.id, by: identity.name ?? body.by }
      await log.append(topic, [{ key: alert.patient_id, value: Buffer.from(formatAction(message)) }])
      response.status(202).json({ alert_id: alert.id })
    })
  }
  return router
}

type Done = AlertActionMessage extends infer M ? (M extends M ? Omit<M, 'patient_id' | 'alert_id'> : never) : never

const refuseUnknown = (response: Response, id: string): void =>
  sendProblem(response, {
    status: 404,
    title: 'Unknown alert',
    detail: `There is no alert ${JSON.stringify(id.slice(0, 128))}. GET /api/alerts lists those that are open, and the last that were cleared.`,
  })

const refuseCleared = (response: Response, { id, changes }: AlertRow): void =>
  sendProblem(response, {
    status: 409,
    title: 'The alert is cleared',
    detail: `${id} is cleared since ${changes.at(-1)?.at}: there is nothing left to do about it.`,
  })
