// Reading the body of a request into memory, within bounds.
import type { IncomingMessage } from 'node:http'
import type { HeldBytes } from './bytes-in-flight.ts'

export type ReadBody = { kind: 'read'; body: Buffer } | { kind: 'too_large' } | { kind: 'overloaded' }

/** A body comes in pieces, of 64 KiB or as its sender cuts it. Pieces of a byte would keep us busy a hundred times as long. */
const maxPieces = 16 * 1024

/** The whole body, up to `limit` bytes; each kept in `held`. Rejects when the sender goes away. */
export async function readBody(request: IncomingMessage, limit: number, held: HeldBytes): Promise<ReadBody> {
  let body: Buffer = Buffer.alloc(0)
  let received = 0
  let pieces = 0
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const start = received
    received += piece.length
    pieces++
    if (received > limit || pieces > maxPieces) return { kind: 'too_large' }
    if (!held.take(piece.length)) return { kind: 'overloaded' }
    // Kept one by one, small pieces would take far more memory than they hold.
    if (received > body.length) body = extend(body, received)
    piece.copy(body, start)
  }
  return { kind: 'read', body: body.subarray(0, received) }
}

/** A copy with room for `length` bytes, and for as many again, so that a body is not copied with each piece. */
const extend = (body: Buffer, length: number): Buffer => Buffer.concat([body], Math.max(length, 2 * body.length))

const maxDiscardedBytes = 16 * 1024 * 1024
/** Connections are few, and whoever has no token must not hold them. */
const maxDiscardingMs = 5_000

/**
 * Throws away what is still to come of a body that has been answered: a connection closed under a sender at work takes
 * the answer with it. A body without end is cut off all the same.
 */
export async function discardBody(request: IncomingMessage): Promise<void> {
  const { socket } = request
  let discarded = 0
  let pieces = 0
  const timer = setTimeout(() => socket.destroy(), maxDiscardingMs)
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      discarded += piece.length
      pieces++
      if (discarded > maxDiscardedBytes || pieces > maxPieces) break
    }
  } catch {
    // The sender went away, and may: it has its answer.
  } finally {
    clearTimeout(timer)
  }
  // Destroying an answered request leaves its connection open.
  if (!request.complete) socket.destroy()
}
