// The Socket.io side: a snapshot for every browser that comes, then the news, each told to those it concerns.

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import {
  type AlertRow,
  type ClientEvents,
  type DailyRow,
  droppedEvent,
  type PatientRow,
  type PipelineRow,
  type ServerEvents,
  type Snapshot,
} from '@health/api'
import { type ClinicalRules, idPattern } from '@health/domain'
import { closeAfterBody } from '@health/runtime'
import { allPatients } from '@health/views'
import { Server } from 'socket.io'
import { z } from 'zod'
import type { Admission } from '../auth/admission.ts'
import type { Applied } from '../current/follow-views.ts'
import { createRecentDrops } from '../current/recent-drops.ts'
import { readingEvent } from '../rest/live-rows.ts'
import { createAudience } from './audience.ts'
import { type BrowserSocket, joinMessages, type Message, messageOf, type News, send } from './message.ts'
import { SharingWebSocketServer } from './web-socket-server.ts'

export interface SocketOptions {
  admission: Admission
  rules: ClinicalRules
  snapshot(): Snapshot
  rowsOf(patientIds: Iterable<string>): PatientRow[]
  /** A reading received at `receivedAt` (epoch ms) was told to somebody. */
  onTold(receivedAt: number): void
  /** Epoch ms. */
  now(): number
}

export interface Sockets {
  /** `alerts`: those of which something is new. */
  applied(change: Applied, alerts: readonly AlertRow[]): void
  daily(patientId: string, rows: DailyRow[]): void
  pipeline(row: PipelineRow): void
  /** Everybody gets a snapshot: what they were told before may have holes. */
  fresh(): void
  isWatched(patientId: string): boolean
  clients(): number
  close(): Promise<void>
}

/** What everybody is to be told of; of a patient, as the row is by then. */
type Due = { patientId: string } | { alert: AlertRow } | { day: DailyRow } | { pipeline: PipelineRow }

const watchMessage = z.object({ patient_id: z.union([z.literal(allPatients), z.string().regex(idPattern)]) })

/** Whoever does not answer is gone after ten seconds, however much the kernel takes in for them. */
const liveness = { pingInterval: 3_000, pingTimeout: 6_000 }
/** On stopping, browsers get so long to hear of it. */
const graceMs = 1_000

export function createSockets(
  http: HttpServer,
  { admission, rules, snapshot, rowsOf, onTold, now }: SocketOptions,
  pings: typeof liveness = liveness,
): Sockets {
  const io = new Server<ClientEvents, ServerEvents>(http, {
    allowRequest: (request, answer) => {
      const refusal = admission.refusal(request)
      answer(refusal, refusal === null)
    },
    serveClient: false,
    maxHttpBufferSize: 16 * 1024,
    connectTimeout: 5_000,
    wsEngine: SharingWebSocketServer,
    ...pings,
  })
  io.engine.use(closeAfterBody)
  // Beside new connections: those that stand ask with every poll.
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const reason = admission.foreign(request)
    if (reason === null) next()
    else response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(reason)
  })
  const audience = createAudience<Due>(io.of('/'), { snapshot, newsOf, now })
  const { isWatched, tellAll, tellWatchers } = audience
  const drops = createRecentDrops(now)

  io.on('connection', (socket: BrowserSocket) => {
    admission.add(socket)
    if (!socket.connected) return
    audience.add(socket)
    socket.on('watch', (message, watching) => {
      const parsed = watchMessage.safeParse(message)
      // What is no such message is not heard.
      if (!parsed.success) return
      const { patient_id } = parsed.data
      audience.watch(socket, patient_id)
      const before = audience.isBehind(socket) ? [] : drops.of(patient_id)
      if (before.length > 0) send(socket, joinMessages(before.map((drop) => messageOf(['dropped', drop]))))
      if (typeof watching === 'function') watching()
    })
    socket.on('echo', (answer) => {
      if (typeof answer === 'function' && !audience.isBehind(socket)) answer(new Date(now()).toISOString())
    })
    socket.on('disconnect', (reason) => {
      // Closing would wait for a browser that no longer answers.
      if (reason === 'ping timeout') socket.conn.request.socket.destroy()
    })
  })

  function tellReadings(readings: Applied['readings']): void {
    const all: Message[] = []
    const byPatient = new Map<string, Message[]>()
    for (const [patientId, reading] of readings) {
      if (!isWatched(patientId)) continue
      const message = messageOf(['reading', readingEvent(patientId, reading, rules)])
      all.push(message)
      const theirs = byPatient.get(patientId)
      if (theirs === undefined) byPatient.set(patientId, [message])
      else theirs.push(message)
      onTold(reading.receivedAt)
    }
    for (const [patientId, theirs] of byPatient) tellWatchers(patientId, theirs)
    tellWatchers(allPatients, all)
  }

  function tellDropped(dropped: Applied['dropped']): void {
    const events = dropped.map(droppedEvent)
    drops.add(events)
    for (const drop of events) {
      if (!isWatched(drop.patient_id)) continue
      const messages = [messageOf(['dropped', drop])]
      tellWatchers(drop.patient_id, messages)
      tellWatchers(allPatients, messages)
    }
  }

  function newsOf(due: readonly Due[]): News[] {
    const patientIds = due.flatMap((each) => ('patientId' in each ? each.patientId : []))
    const days = due.flatMap((each) => ('day' in each ? each.day : []))
    return [
      ...due.flatMap((each): News[] => ('alert' in each ? [['alert', each.alert]] : [])),
      ...(patientIds.length > 0 ? ([['patients', rowsOf(patientIds)]] satisfies News[]) : []),
      ...(days.length > 0 ? ([['daily', { patient_id: allPatients, rows: days }]] satisfies News[]) : []),
      ...due.flatMap((each): News[] => ('pipeline' in each ? [['pipeline', each.pipeline]] : [])),
    ]
  }

  return {
    applied({ patients, readings, dropped }, alerts) {
      tellReadings(readings)
      tellDropped(dropped)
      for (const alert of alerts) tellAll(`alert ${alert.id}`, { alert })
      for (const patientId of Object.keys(patients)) tellAll(`patient ${patientId}`, { patientId })
    },
    daily(patientId, rows) {
      if (patientId !== allPatients) {
        return tellWatchers(patientId, [messageOf(['daily', { patient_id: patientId, rows }])])
      }
      for (const day of rows) tellAll(`day ${day.date}`, { day })
    },
    pipeline(row) {
      audience.look()
      admission.closeEnded(now())
      tellAll('pipeline', { pipeline: row })
    },
    fresh: audience.fresh,
    isWatched,
    clients: () => io.engine.clientsCount,
    async close() {
      audience.stop()
      const connections = [...io.of('/').sockets.values()].map(({ conn }) => conn.request.socket)
      const grace = setTimeout(() => {
        http.closeAllConnections()
        for (const connection of connections) connection.destroy()
      }, graceMs)
      await io.close()
      clearTimeout(grace)
    },
  }
}
