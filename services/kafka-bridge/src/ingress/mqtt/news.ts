// What clients do wrong by MQTT 3.1.1, which has no words to tell them: the bridge's log says it, each once an hour.
import type { Refusal } from '@health/runtime'
import type { Ingress } from '../ingress.ts'

export interface MqttClient {
  /** Empty before its CONNECT. */
  id: string
  /** Where it is; undefined when it had gone before anything was read. */
  address: string | undefined
}

export interface MqttNews {
  /** A client was not let in, or its token has ended. */
  refused(client: MqttClient, reason: Refusal): void
  /** A client sent to a topic that is not taken. */
  otherTopic(client: MqttClient, topic: string): void
  /** A client sent what only the dashboard may: what somebody does about an alert. */
  alertAction(client: MqttClient): void
}

const hourMs = 3_600_000
const mostAnHour = 100
/** A topic can have 64 KiB. */
const maxLength = 256

/** Tells the same of an address once an hour, and not more than a hundred things. */
export function createMqttNews({ logger, now }: Pick<Ingress, 'logger' | 'now'>, sharedTopic: string): MqttNews {
  const told = new Set<string>()
  let until = Number.NEGATIVE_INFINITY

  function tell({ id, address }: MqttClient, what: Record<string, string>, sentence: string): void {
    if (now() >= until) {
      told.clear()
      until = now() + hourMs
    }
    const news = JSON.stringify([address, what])
    if (told.has(news) || told.size >= mostAnHour) return
    told.add(news)
    logger.warn({ ...what, address, client: id }, sentence)
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
    alertAction: (client) =>
      tell(client, {}, 'An MQTT client sends what only the dashboard may, about an alert: its connection is closed.'),
  }
}
