// What clients do wrong by MQTT 3.1.1, which has no words to tell them: the bridge's log says it, each once an hour.
import type { Refusal } from '@health/runtime'
import type { Client } from 'aedes'
import type { Ingress } from './ingress.ts'

export interface MqttNews {
  /** A client was not let in, or its token has ended. */
  refused(client: Client, reason: Refusal): void
  /** A client sent to a topic that is not taken. */
  otherTopic(client: Client | null, topic: string): void
}

const hourMs = 3_600_000
const mostAnHour = 100
/** A topic and a client's id can have 64 KiB. */
const maxLength = 256

/** Tells the same of an address once an hour, and not more than a hundred things. */
export function createMqttNews({ logger, now }: Pick<Ingress, 'logger' | 'now'>, sharedTopic: string): MqttNews {
  const told = new Set<string>()
  let until = Number.NEGATIVE_INFINITY

  function tell(client: Client | null, what: Record<string, string>, sentence: string): void {
    if (now() >= until) {
      told.clear()
      until = now() + hourMs
    }
    const address = client === null ? undefined : addressOf(client)
    const news = JSON.stringify([address, what])
    if (told.has(news) || told.size >= mostAnHour) return
    told.add(news)
    logger.warn({ ...what, address, client: client?.id.slice(0, maxLength) }, sentence)
  }

  return {
    refused: (client, reason) =>
      tell(
        client,
        { reason },
        'An MQTT client is refused: its password must be the secret of a token of API_TOKENS with the role ingest.',
      ),
    otherTopic: (client, topic) =>
      tell(
        client,
        { topic: topic.slice(0, maxLength), taken: `${sharedTopic}, health/<patient_id>/data` },
        'An MQTT client sends to a topic that is not taken: its connection is closed.',
      ),
  }
}

/** Where the client is; undefined when it has gone already. */
export const addressOf = ({ conn }: Client): string | undefined =>
  'remoteAddress' in conn ? conn.remoteAddress : undefined
