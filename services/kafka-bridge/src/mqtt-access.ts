// Who may connect by MQTT: the password is a token's secret, and a connection does not outlive its token.
import type { Refusal } from '@health/runtime'
import type { AedesOptions, AuthenticateError, Client } from 'aedes'
import type { Ingress } from './ingress.ts'
import { addressOf } from './mqtt-news.ts'

export interface MqttAccess {
  /** Any user name will do. */
  authenticate: NonNullable<AedesOptions['authenticate']>
  /** Whether the token that the client came with has ended since. */
  hasEnded(client: Client | null): boolean
  /** Ends what looks after idle connections. */
  close(): void
}

const lookEveryMs = 1_000

/** `onRefused` is told of clients that are not let in, and of those that an expired token ends while they are idle. */
export function createMqttAccess(
  { gate, now }: Pick<Ingress, 'gate' | 'now'>,
  onRefused: (client: Client, refusal: Refusal) => void,
): MqttAccess {
  /** Clients whose tokens end, and when they do, epoch ms. */
  const ends = new Map<Client, number>()
  const hasEnded = (client: Client) => (ends.get(client) ?? Number.POSITIVE_INFINITY) <= now()

  const timer = setInterval(() => {
    for (const client of ends.keys()) {
      if (!hasEnded(client)) continue
      ends.delete(client)
      onRefused(client, 'expired_token')
      client.conn.destroy()
    }
  }, lookEveryMs)

  return {
    authenticate(client, _user, password, done) {
      const identity = gate.admit('ingest', password?.toString(), addressOf(client))
      if (typeof identity === 'string') {
        onRefused(client, identity)
        return done(refusalOf(identity), false)
      }
      if (identity.expiresAt !== null && !client.conn.destroyed) {
        ends.set(client, identity.expiresAt)
        client.conn.once('close', () => ends.delete(client))
      }
      done(null, true)
    },
    hasEnded: (client) => client !== null && hasEnded(client),
    close: () => clearInterval(timer),
  }
}

/** MQTT 3.1.1, table 3.1: 4 is a bad user name or password, 5 is "not authorized". */
const returnCodes: Record<Refusal, AuthenticateError['returnCode']> = {
  missing_token: 4,
  unknown_token: 4,
  expired_token: 4,
  other_role: 5,
  too_many_failures: 5,
}

const refusalOf = (refusal: Refusal): AuthenticateError =>
  Object.assign(new Error(`refused: ${refusal}`), { returnCode: returnCodes[refusal] })
