// Browsers that are slower than the news: they are told nothing until they have caught up, and then everything afresh.
import type { BrowserSocket } from './message.ts'

/** A connection that has been writing for this long is slow; a moment less is a hiccup. */
const patienceMs = 1_000

export interface SlowSockets {
  add(socket: BrowserSocket): void
  /** Looks who has fallen behind and who has caught up. To be called once a second or so. */
  look(now: number): void
}

export interface SlowOptions {
  /** Called for a socket that is to be told nothing more, for Socket.io would buffer it without bound. */
  fellBehind(socket: BrowserSocket): void
  /** Called for such a socket when everything written to it has left. */
  caughtUp(socket: BrowserSocket): void
}

export function createSlowSockets({ fellBehind, caughtUp }: SlowOptions): SlowSockets {
  /** Since when each socket's connection has been writing; `null` for one that is not. */
  const sockets = new Map<BrowserSocket, number | null>()
  const behind = new Set<BrowserSocket>()
  return {
    add(socket) {
      sockets.set(socket, null)
      socket.on('disconnect', () => {
        sockets.delete(socket)
        behind.delete(socket)
      })
    },
    look(now) {
      for (const [socket, since] of sockets) {
        if (!socket.conn.transport.writable) {
          if (since === null) sockets.set(socket, now)
          else if (now - since >= patienceMs && !behind.has(socket)) {
            behind.add(socket)
            fellBehind(socket)
          }
          continue
        }
        if (since !== null) sockets.set(socket, null)
        if (behind.delete(socket)) caughtUp(socket)
      }
    },
  }
}
