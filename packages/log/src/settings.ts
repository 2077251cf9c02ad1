// The settings of the log, to be spread into the settings of every service that uses it.
import { integer } from '@health/runtime'
import { z } from 'zod'

/** Kafka takes 249 characters; the dead letters' topic adds four. */
const topicPattern = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,245}$/
const brokerPattern = /^[A-Za-z0-9.-]+:(\d{1,5})$/

const isBroker = (text: string): boolean => {
  const port = Number(brokerPattern.exec(text)?.[1] ?? 0)
  return port >= 1 && port <= 65_535
}

export const logSettings = {
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .refine(
      (brokers) => brokers.every(isBroker),
      'must be brokers as host:port, separated by commas, like 127.0.0.1:9094',
    )
    .optional()
    .describe('Kafka brokers; unset: the embedded log in DATA_DIR'),
  KAFKA_TOPIC: z
    .string()
    .default('health_stream')
    .refine((name) => topicPattern.test(name), 'must be 1 to 245 of A-Z a-z 0-9 . _ -')
    .describe('topic of the readings; its dead letters go to <topic>_dlq'),
  KAFKA_PARTITIONS: integer({ min: 1, max: 1000, default: 6 }).describe('partitions of a topic'),
  LOG_RETENTION_HOURS: integer({ min: 1, default: 168 }).describe(
    'how long the embedded log keeps records; never past what is archived',
  ),
  DATA_DIR: z.string().default('./data/demo').describe('folder of the embedded log and views'),
}

/** The settings of the log as a service has them. */
export type LogSettings = z.infer<z.ZodObject<typeof logSettings>>
