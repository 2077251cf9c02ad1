// The Socket.io side: a snapshot for every browser that comes, then the news, each told to those it concerns.
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import {
  type ClientEvents,
  type ClinicalRules,
  type DailyRow,
  idPattern,
  type PatientRow,
  type PipelineRow,
  type ServerEvents,
  type Snapshot,
} from '@health/domain'
import { closeAfterBody } from '@health/runtime'
import { allPatients } from '@health/views'
import { Server, type Socket } from 'socket.io'
import { z } from 'zod'
import type { Admission } from './admission.ts'
import type { Applied } from './follow-views.ts'
import { readingEvent } from './live-rows.ts'
import { behindRoom, createSlowSockets } from './slow-sockets.ts'
import { createPatientTeller } from './tell-patients.ts'
import { createThrottle } from './throttle.ts'

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
  applied(change: Applied): void
  daily(patientId: string, rows: DailyRow[]): void
  pipeline(row: PipelineRow): void
  /** Everybody gets a snapshot: what they were told before may have holes. */
  fresh(): void
  isWatched(patientId: string): boolean
  clients(): number
  close(): Promise<void>
}

type BrowserSocket = Socket<ClientEvents, ServerEvents>

/** Whoever comes within this time gets the same snapshot, written once: a thousand may come at a time after a restart. */
const snapshotEveryMs = 50
/** Rows of patients told in one go, counted by browser: some 7 MB. Whoever is beyond that waits for the next. */
const rowsPerSnapshots = 20_000
const maxAlertsAtOnce = 100
const freshRoom = 'fresh'
const shareRoom = (share: number): string => `share ${share}`
const watchRoom = (patientId: string): string => `watch ${patientId}`
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
    ...pings,
  })
  io.engine.use(closeAfterBody)
  // Beside new connections: those that stand ask with every poll.
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const reason = admission.foreign(request)
    if (reason === null) next()
    else response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(reason)
  })
  const { rooms } = io.of('/').adapter

  const tellSnapshot = createThrottle(
    snapshotEveryMs,
    () => {
      const waiting = [...(rooms.get(freshRoom) ?? [])]
      if (waiting.length === 0) return
      const news = snapshot()
      const served = waiting.slice(0, 1 + Math.floor(rowsPerSnapshots / (1 + news.patients.length)))
      io.to(served).emit('snapshot', news)
      io.in(served).socketsLeave(freshRoom)
      if (served.length < waiting.length) tellSnapshot.request()
    },
    now,
  )
  const welcome = (socket: Socket) => {
    socket.join(freshRoom)
    tellSnapshot.request()
  }
  const slow = createSlowSockets(welcome)
  // Whoever waits for a snapshot finds these news in it.
  const everyone = () => io.except([behindRoom, freshRoom])
  const patients = createPatientTeller({
    rowsOf,
    browsersOf: (share) => rooms.get(shareRoom(share))?.size ?? 0,
    tell: (share, changed) => io.to(shareRoom(share)).except([behindRoom, freshRoom]).emit('patients', changed),
    now,
  })

  io.on('connection', (socket: BrowserSocket) => {
    admission.add(socket)
    if (!socket.connected) return
    slow.add(socket)
    socket.join(shareRoom(patients.place()))
    welcome(socket)
    socket.on('watch', (message, watching) => watch(socket, message, watching))
    socket.on('echo', (answer) => {
      if (typeof answer === 'function' && !socket.rooms.has(behindRoom)) answer(new Date(now()).toISOString())
    })
    socket.on('disconnect', (reason) => {
      // Closing would wait for a browser that no longer answers.
      if (reason === 'ping timeout') socket.conn.request.socket.destroy()
    })
  })

  const isWatched = (patientId: string): boolean => rooms.has(watchRoom(patientId)) || rooms.has(watchRoom(allPatients))
  const watchers = (patientId: string) => io.to([watchRoom(patientId), watchRoom(allPatients)]).except(behindRoom)

  return {
    applied({ patients: changed, readings, alerts }) {
      for (const [patientId, reading] of readings) {
        if (!isWatched(patientId)) continue
        watchers(patientId).emit('reading', readingEvent(patientId, reading, rules))
        onTold(reading.receivedAt)
      }
      for (const alert of alerts.slice(-maxAlertsAtOnce)) everyone().emit('alert', alert)
      patients.changed(Object.keys(changed))
    },
    daily(patientId, rows) {
      const to = patientId === allPatients ? io.except(behindRoom) : watchers(patientId)
      to.emit('daily', { patient_id: patientId, rows })
    },
    pipeline(row) {
      slow.look(now())
      admission.closeEnded(now())
      everyone().emit('pipeline', row)
    },
    fresh() {
      io.socketsJoin(freshRoom)
      tellSnapshot.request()
    },
    isWatched,
    clients: () => io.engine.clientsCount,
    async close() {
      patients.stop()
      tellSnapshot.stop()
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

/** Readings of the patient named, and of no other any more. What is no such message is not heard. */
function watch(socket: Socket, message: unknown, watching: unknown): void {
  const parsed = watchMessage.safeParse(message)
  if (!parsed.success) return
  for (const room of socket.rooms) if (room.startsWith(watchRoom(''))) socket.leave(room)
  socket.join(watchRoom(parsed.data.patient_id))
  if (typeof watching === 'function') watching()
}
