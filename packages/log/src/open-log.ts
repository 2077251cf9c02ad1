// Opens the log that the settings ask for. Only the backend in use is loaded.
import type { Logger } from '@health/runtime'
import { deadLetterTopic } from './dead-letter.ts'
import type { EventLog } from './log.ts'
import type { LogSettings } from './settings.ts'

export interface OpenLogOptions {
  logger: Logger
  /** What Kafka calls this client in its own logs. */
  clientId: string
}

/**
 * Opens the log; missing topics are made. Resolves even when Kafka is away: it is waited for then. Rejects with
 * `TopicMismatch` when a topic has another layout.
 */
export async function openLog(settings: LogSettings, options: OpenLogOptions): Promise<EventLog> {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: partitions } = settings
  const layout = { topics: [topic, deadLetterTopic(topic)], partitions }
  if (brokers !== undefined) {
    const { openKafkaLog } = await import('./kafka/kafka-log.ts')
    return openKafkaLog({ ...layout, ...options, brokers })
  }
  const { openEmbeddedLog } = await import('./embedded/embedded-log.ts')
  const retention = { hours: settings.LOG_RETENTION_HOURS, archivedTopic: topic }
  return openEmbeddedLog({ ...layout, retention, folder: settings.DATA_DIR, logger: options.logger })
}
