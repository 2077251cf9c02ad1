// Browsers that are slower than the news: they are told nothing until they have caught up, and then everything afresh.
import type { Socket } from 'socket.io'

/** Sockets in this room are left out of what is told. */
export const behindRoom = 'behind'

/** A connection that has been writing for this long is slow; a moment less is a hiccup. */
const patienceMs = 1_000

export interface SlowSockets {
  add(socket: Socket): void
  /** Looks who has fallen behind and who has caught up. To be called once a second or so. */
  look(now: number): void
}

/**
 * Keeps memory bounded: Socket.io buffers without bound for a connection that does not drain, so one that is behind leaves
 * all broadcasts. `caughtUp` is called when everything written to it has left.
 */
export function createSlowSockets(caughtUp: (socket: Socket) => void): SlowSockets {
  /** Since when each socket's connection has been writing; `null` for one that is not. */
  const sockets = new Map<Socket, number | null>()
  return {
    add(socket) {
      sockets.set(socket, null)
      socket.on('disconnect', () => sockets.delete(socket))
    },
    look(now) {
      for (const [socket, since] of sockets) {
        if (!socket.conn.transport.writable) {
          if (since === null) sockets.set(socket, now)
          else if (now - since >= patienceMs) socket.join(behindRoom)
          continue
        }
        if (since !== null) sockets.set(socket, null)
        if (!socket.rooms.has(behindRoom)) continue
        socket.leave(behindRoom)
        caughtUp(socket)
      }
    },
  }
}
