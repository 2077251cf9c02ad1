// Who may connect by MQTT: whose password is the secret of a token for sending.
import { randomUUID } from 'node:crypto'
import type { Gate, Refusal } from '@health/runtime'
import type { IConnackPacket, IConnectPacket } from 'mqtt-packet'

/** What a CONNECT is answered with; `refusal` says why the connection ends then, `null` that it does not. */
export interface SignIn {
  refusal: Refusal | 'invalid' | null
  /** The client's own id, or the one it gets. */
  clientId: string
  /** When its token ends, epoch ms. */
  expiresAt: number
  answer: IConnackPacket
}

/** A client's id is kept while it is connected. It can have 64 KiB, but 23 characters are all that a server must take. */
const maxIdLength = 256

/** Any user name will do. Sessions are not kept, so none is present. */
export function signIn(gate: Gate, packet: IConnectPacket, address: string | undefined): SignIn {
  const { clientId, protocolVersion, clean = false } = packet
  const isAssigned = clientId === '' && (protocolVersion === 5 || (protocolVersion === 4 && clean))
  const id = isAssigned ? `assigned-${randomUUID()}` : clientId
  if (id === '' || id.length > maxIdLength) return { ...refused('invalid'), clientId: id.slice(0, maxIdLength) }
  const identity = gate.admit('ingest', packet.password?.toString(), address)
  if (typeof identity === 'string') return { ...refused(identity), clientId: id }
  return {
    refusal: null,
    clientId: id,
    expiresAt: identity.expiresAt ?? Number.POSITIVE_INFINITY,
    answer: { ...answer(0, 0), properties: isAssigned ? { assignedClientIdentifier: id } : {} },
  }
}

/** Of each: MQTT 3.1.1, table 3.1, and MQTT 5, section 3.2.2.2. */
const codes: Record<Refusal | 'invalid', readonly [returnCode: number, reasonCode: number]> = {
  invalid: [2, 0x85],
  missing_token: [4, 0x86],
  unknown_token: [4, 0x86],
  expired_token: [4, 0x86],
  other_role: [5, 0x87],
  too_many_failures: [5, 0x87],
}

const refused = (refusal: Refusal | 'invalid') => ({ refusal, expiresAt: 0, answer: answer(...codes[refusal]) })

const answer = (returnCode: number, reasonCode: number): IConnackPacket => ({
  cmd: 'connack',
  sessionPresent: false,
  returnCode,
  reasonCode,
})
