// Hostile messages by MQTT: what is published on a topic that is taken must be acknowledged, whatever it holds; anything else
// ends the connection.
import assert from 'node:assert/strict'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Ledger } from '../ledger.ts'
import type { Random } from '../random.ts'
import { count, type StormFigures } from './figures.ts'
import type { HostileMessage } from './messages.ts'

export interface MqttStormOptions {
  port: number
  next(): HostileMessage
  patients: readonly string[]
  random: Random
  ledger: Ledger
  messages: number
}

const connections = 4
const messagesAtOnce = 25
/** Every so many messages, one that must end the connection. */
const refusedEvery = 200
const deadlineMs = 20_000
const longestPayload = 64 * 1024

/** Publishes so many messages. Rejects when one has neither an acknowledgement nor the end of its connection in time. */
export async function stormMqtt(options: MqttStormOptions): Promise<StormFigures> {
  const figures: StormFigures = { inputs: 0, outcomes: new Map() }
  let left = options.messages

  async function device(): Promise<void> {
    let client = await connect(options.port)
    for (let sent = 0; left > 0; sent += messagesAtOnce) {
      left -= messagesAtOnce
      await publishTaken(client, options, figures)
      if (sent % refusedEvery !== 0) continue
      await publishRefused(client, options, figures)
      client = await connect(options.port)
    }
    client.end(true)
  }

  await Promise.all(Array.from({ length: connections }, device))
  return figures
}

async function connect(port: number): Promise<MqttClient> {
  const client = await connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0, connectTimeout: deadlineMs })
  return client.on('error', () => undefined)
}

/** Messages of both qualities of service. One with QoS 0 has arrived when a later one with QoS 1 is acknowledged. */
async function publishTaken(client: MqttClient, options: MqttStormOptions, figures: StormFigures): Promise<void> {
  const { next, patients, random, ledger } = options
  const messages = Array.from({ length: messagesAtOnce }, (_, i) => {
    const message = nextShort(next)
    // Half of these name another patient than the payload does.
    const topic = random.chance(0.5) ? 'health/data' : `health/${random.pick(patients)}/data`
    return { ...message, topic, qos: i === messagesAtOnce - 1 || random.chance(0.7) ? (1 as const) : (0 as const) }
  })
  const outcomes = await Promise.all(messages.map(({ topic, bytes, qos }) => publish(client, topic, bytes, qos)))
  for (const [i, { kind, bytes, qos }] of messages.entries()) {
    assert.equal(outcomes[i], 'acknowledged', `${kind} ${bytes.toString('utf8', 0, 200)}`)
    ledger.acknowledged(bytes)
    count(figures.outcomes, `QoS ${qos} taken`)
  }
  figures.inputs += messages.length
}

function nextShort(next: () => HostileMessage): HostileMessage {
  for (;;) {
    const message = next()
    if (message.bytes.length <= longestPayload) return message
  }
}

const refusedTopics = [
  'health/../data',
  'health//data',
  'health/a b/data',
  'health/<img src=x onerror=alert(1)>/data',
  'health/__proto__/data',
  'health/p1/data/',
  '/health/data',
  'HEALTH/DATA',
  '$SYS/broker',
  'health/data\n',
  `health/${'x'.repeat(60_000)}/data`,
]

async function publishRefused(client: MqttClient, options: MqttStormOptions, figures: StormFigures): Promise<void> {
  const { next, random } = options
  const { bytes } = nextShort(next)
  const outcome = random.chance(0.7)
    ? await publish(client, random.pick(refusedTopics), bytes, 1)
    : await publish(
        client,
        'health/data',
        Buffer.alloc(random.pick([longestPayload + 1, 1024 * 1024, 10_000_000]), ' '),
        1,
      )
  assert.equal(outcome, 'cut')
  count(figures.outcomes, 'connection ended')
  figures.inputs++
}

type Outcome = 'acknowledged' | 'cut'

/** With QoS 0 `acknowledged` says that it was written. Rejects when nothing comes of it in time. */
function publish(client: MqttClient, topic: string, payload: Buffer, qos: 0 | 1): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(() => reject(new Error(`no answer within ${deadlineMs} ms`))), deadlineMs)
    const cut = () => finish(() => resolve('cut'))
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      client.off('close', cut)
      settle()
    }
    client.setMaxListeners(0).once('close', cut)
    client.publish(topic, payload, { qos }, (error) => finish(() => resolve(error ? 'cut' : 'acknowledged')))
  })
}
