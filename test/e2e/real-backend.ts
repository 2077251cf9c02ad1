// The real Kafka and Redis that the environment names, with a topic and a database of the test's own.

/** Settings for `startSystem`. The Redis database is emptied by the system's own `init`, see `pnpm run init`. */
export function realBackend(database: number, topic: string): Record<string, string> {
  const { KAFKA_BROKERS: brokers, REDIS_URL: redis } = process.env
  if (!brokers || !redis) throw new Error('Set KAFKA_BROKERS and REDIS_URL to a Kafka and a Redis for tests')
  const url = new URL(redis)
  url.pathname = `/${database}`
  return { KAFKA_BROKERS: brokers, REDIS_URL: url.href, KAFKA_TOPIC: topic }
}
