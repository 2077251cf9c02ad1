// The limit of reading: kafkajs fetches a topic and every message is parsed as JSON, nothing else. `fetch.ts BROKER TOPIC N`
import { Kafka, logLevel } from 'kafkajs'
import { printResult } from './print-result.ts'

const [broker = '', topic = '', count = ''] = process.argv.slice(2)
const kafka = new Kafka({ brokers: [broker], clientId: 'bench-fetch', logLevel: logLevel.ERROR })
const consumer = kafka.consumer({
  groupId: `bench-fetch-${process.pid}`,
  // As the services fetch.
  maxBytesPerPartition: 256 * 1024,
  minBytes: 1,
  maxWaitTimeInMs: 50,
})
let begun = 0
let messages = 0
let broken = 0
const done = Promise.withResolvers<void>()

await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: 6,
  async eachBatch({ batch }) {
    begun ||= performance.now()
    for (const { value } of batch.messages) {
      try {
        JSON.parse(value?.toString() ?? '')
      } catch {
        broken++
      }
    }
    messages += batch.messages.length
    if (messages >= Number(count)) done.resolve()
  },
})
await done.promise
const seconds = (performance.now() - begun) / 1000
printResult({ messages, broken, seconds, perSecond: messages / seconds })
await consumer.disconnect()
