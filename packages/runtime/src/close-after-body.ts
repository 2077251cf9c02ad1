// For servers that read no bodies: one that comes all the same must not go on after its answer.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Ends the connection of a request that announces a body with the answer; Node would take in all that is still to come. */
export function closeAfterBody({ headers }: IncomingMessage, response: ServerResponse, next: () => void): void {
  const isAnnounced = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  if (isAnnounced) response.setHeader('connection', 'close')
  next()
}
