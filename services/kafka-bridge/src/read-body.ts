// Reading the body of a request into memory, within bounds.
import type { IncomingMessage } from 'node:http'
import type { HeldBytes } from './bytes-in-flight.ts'

export type ReadBody = { kind: 'read'; body: Buffer } | { kind: 'too_large' } | { kind: 'overloaded' }

/** The whole body, up to `limit` bytes; each kept in `held`. Rejects when the sender goes away. */
export async function readBody(request: IncomingMessage, limit: number, held: HeldBytes): Promise<ReadBody> {
  const chunks: Buffer[] = []
  let received = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.length
    if (received > limit) return { kind: 'too_large' }
    if (!held.take(chunk.length)) return { kind: 'overloaded' }
    chunks.push(chunk)
  }
  return { kind: 'read', body: Buffer.concat(chunks, received) }
}

const maxDiscardedBytes = 16 * 1024 * 1024

/**
 * Throws away what is still to come of a body that has been answered: a connection closed under a sender at work takes
 * the answer with it. A body without end is cut off all the same.
 */
export async function discardBody(request: IncomingMessage): Promise<void> {
  const { socket } = request
  let discarded = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      discarded += chunk.length
      if (discarded > maxDiscardedBytes) break
    }
  } catch {
    // The sender went away, and may: it has its answer.
  }
  // Destroying an answered request leaves its connection open.
  if (!request.complete) socket.destroy()
}
