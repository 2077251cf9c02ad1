// Who is told what: everybody the news in rounds, newcomers a snapshot, those who watch a patient what concerns them at once,
// and who is slower than the news nothing until all of it has left, and then everything afresh.
import type { ClientEvents, ServerEvents, Snapshot } from '@health/api'
import { allPatients } from '@health/views'
import type { Namespace } from 'socket.io'
import { type BrowserSocket, joinMessages, type Message, messageOf, type News, send } from './message.ts'
import { createRounds } from './rounds.ts'
import { createSlowSockets } from './slow-sockets.ts'
import { createThrottle } from './throttle.ts'

export interface AudienceOptions<Due> {
  snapshot(): Snapshot
  /** What is to be said of what is due. */
  newsOf(due: readonly Due[]): News[]
  /** Epoch ms. */
  now(): number
}

export interface Audience<Due> {
  add(socket: BrowserSocket): void
  /** From now on told of this patient, or of all, and of no other any more. */
  watch(socket: BrowserSocket, patientId: string): void
  isWatched(patientId: string): boolean
  /** Everybody is told in their next turn; in place of what waits under the same key. */
  tellAll(key: string, due: Due): void
  /** Whoever watches just this is told at once. */
  tellWatchers(watched: string, messages: readonly Message[]): void
  /** Everybody gets a snapshot: what they were told before may have holes. */
  fresh(): void
  isBehind(socket: BrowserSocket): boolean
  /** Looks who has fallen behind and who has caught up. To be called once a second or so. */
  look(): void
  stop(): void
}

/** Whoever comes within this time gets the same snapshot, written once: a thousand may come at a time after a restart. */
const snapshotEveryMs = 50
/** Of that time, so much goes into telling it. Whoever is beyond that waits for the next. */
const snapshotsMs = 10
/** Each socket is in one of these: told the news, waiting for a snapshot, or too slow to be told anything. */
const standings = { news: 'news', fresh: 'fresh', behind: 'behind' } as const
const watchRoom = (patientId: string): string => `watch ${patientId}`

export function createAudience<Due>(
  { adapter, sockets }: Namespace<ClientEvents, ServerEvents>,
  { snapshot, newsOf, now }: AudienceOptions<Due>,
): Audience<Due> {
  const { rooms } = adapter
  const socketsIn = (room: string): BrowserSocket[] =>
    [...(rooms.get(room) ?? [])].flatMap((id) => sockets.get(id) ?? [])
  const rounds = createRounds<Due, Message>({
    write: (due) => joinMessages(newsOf(due).map(messageOf)),
    tell(id, message) {
      const socket = sockets.get(id)
      if (socket !== undefined) send(socket, message)
    },
    now,
  })
  adapter.on('leave-room', (room, id) => {
    if (room === standings.news) rounds.leave(id)
  })

  const move = (socket: BrowserSocket, to: string) => {
    for (const room of Object.values(standings)) if (room !== to) socket.leave(room)
    socket.join(to)
    if (to === standings.news) rounds.join(socket.id)
  }
  const welcome = (socket: BrowserSocket) => {
    move(socket, standings.fresh)
    snapshots.request()
  }
  const isBehind = (socket: BrowserSocket): boolean => socket.rooms.has(standings.behind)
  const slow = createSlowSockets({ fellBehind: (socket) => move(socket, standings.behind), caughtUp: welcome })

  function tellSnapshot(): void {
    const waiting = socketsIn(standings.fresh)
    if (waiting.length === 0) return
    const message = messageOf(['snapshot', snapshot()])
    const end = now() + snapshotsMs
    for (const socket of waiting) {
      send(socket, message)
      move(socket, standings.news)
      if (now() >= end) break
    }
    if (rooms.has(standings.fresh)) snapshots.request()
  }
  const snapshots = createThrottle(snapshotEveryMs, tellSnapshot, now)

  return {
    add(socket) {
      slow.add(socket)
      welcome(socket)
    },
    watch(socket, patientId) {
      for (const room of socket.rooms) if (room.startsWith(watchRoom(''))) socket.leave(room)
      socket.join(watchRoom(patientId))
    },
    isWatched: (patientId) => rooms.has(watchRoom(patientId)) || rooms.has(watchRoom(allPatients)),
    tellAll: rounds.add,
    tellWatchers(watched, messages) {
      const watchers = socketsIn(watchRoom(watched))
      if (watchers.length === 0 || messages.length === 0) return
      const message = joinMessages(messages)
      for (const socket of watchers) if (!isBehind(socket)) send(socket, message)
    },
    fresh() {
      for (const socket of sockets.values()) if (!isBehind(socket)) welcome(socket)
    },
    isBehind,
    look: () => slow.look(now()),
    stop() {
      rounds.stop()
      snapshots.stop()
    },
  }
}
