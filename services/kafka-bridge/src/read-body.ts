// Reading the body of a request into memory, within bounds.
import type { IncomingMessage } from 'node:http'
import type { HeldBytes } from './bytes-in-flight.ts'

export type ReadBody = { kind: 'read'; body: Buffer } | { kind: 'too_large' } | { kind: 'overloaded' }

/** A sender that is told too late that it sends too much may miss the answer; so this much is read and thrown away. */
const maxDiscardedBytes = 16 * 1024 * 1024

/**
 * The whole body, up to `limit` bytes; each kept in `held`. What is refused is read to its end all the
 * same, as far as is reasonable, so that the sender gets the answer. Rejects when the sender goes away.
 */
export async function readBody(request: IncomingMessage, limit: number, held: HeldBytes): Promise<ReadBody> {
  let chunks: Buffer[] = []
  let received = 0
  let refusal: ReadBody | null = null
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.length
    if (received > limit) refusal = { kind: 'too_large' }
    else if (refusal === null && !held.take(chunk.length)) refusal = { kind: 'overloaded' }
    if (refusal === null) chunks.push(chunk)
    else chunks = []
    if (received > maxDiscardedBytes) break
  }
  return refusal ?? { kind: 'read', body: Buffer.concat(chunks, received) }
}
