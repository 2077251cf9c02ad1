// The limit of ingress: kafkajs alone produces the same records with acks=all. `produce.ts BROKER TOPIC N PER_REQUEST CONCURRENT`
import { Kafka, logLevel } from 'kafkajs'
import { createLiveReadings } from '../data/readings.ts'
import { printResult } from './print-result.ts'
import { takeTurns } from './take-turns.ts'

const [broker = '', topic = '', ...numbers] = process.argv.slice(2)
const [count = 0, perRequest = 0, concurrent = 0] = numbers.map(Number)
const kafka = new Kafka({ brokers: [broker], clientId: 'bench-produce', logLevel: logLevel.ERROR })
const producer = kafka.producer({ allowAutoTopicCreation: false })
await producer.connect()

const next = createLiveReadings(1000)
const at = Date.now()
const batches = Array.from({ length: 50 }, () =>
  Array.from({ length: perRequest }, () => {
    const { patientId, json } = next(at)
    return { key: patientId, value: Buffer.from(json) }
  }),
)
const seconds = await takeTurns(Math.ceil(count / perRequest), concurrent, async (n) => {
  await producer.send({ topic, acks: -1, messages: batches[n % batches.length] ?? [] })
})
printResult({ seconds, perSecond: count / seconds })
await producer.disconnect()
