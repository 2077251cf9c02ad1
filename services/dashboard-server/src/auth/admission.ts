// Who may hold a socket: pages of this very server, and those whom the gate lets in to read, until their token ends.
import type { IncomingMessage } from 'node:http'
import type { Gate } from '@health/runtime'
import type { Socket } from 'socket.io'
import type { HostCheck } from './host-check.ts'
import { secretOf } from './session.ts'

export interface Admission {
  /** Why nothing of a request is heard, be it of a connection that stands; `null` where it comes from here. */
  foreign(request: IncomingMessage): string | null
  /** Why a connection is refused: in words, or the gate's refusal; `null` when it is let in. */
  refusal(request: IncomingMessage): string | null
  add(socket: Socket): void
  /** Closes the sockets whose token has ended by `now`. To be called once a second or so. */
  closeEnded(now: number): void
}

export function createAdmission(hostCheck: HostCheck, gate: Gate): Admission {
  /** When each socket's token ends, epoch ms; sockets without an end are not among them. */
  const ends = new Map<Socket, number>()
  const admit = ({ headers, socket }: IncomingMessage) => gate.admit('read', secretOf(headers), socket.remoteAddress)
  return {
    foreign: ({ headers }) => hostCheck(headers),
    refusal(request) {
      const reason = hostCheck(request.headers)
      if (reason !== null) return reason
      const identity = admit(request)
      return typeof identity === 'string' ? identity : null
    },
    add(socket) {
      // Asked again: it may have ended on the way here.
      const identity = admit(socket.request)
      if (typeof identity === 'string') return void socket.disconnect(true)
      if (identity.expiresAt === null) return
      ends.set(socket, identity.expiresAt)
      socket.on('disconnect', () => ends.delete(socket))
    },
    closeEnded(now) {
      for (const [socket, end] of ends) if (end <= now) socket.disconnect(true)
    },
  }
}
