// Good clients: they send, and send the same again until it is acknowledged; then they write it down.
import { setTimeout as pause } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Ledger } from './ledger.ts'
import type { Random } from './random.ts'
import type { ReadingSource, Sent } from './readings.ts'

export interface ClientOptions {
  readings: ReadingSource
  random: Random
  ledger: Ledger
  /** Ends the client after what it is sending. */
  signal: AbortSignal
  /** Mean pause between two requests. */
  pauseMs: number
}

const retryMs = [100, 1000] as const
const requestTimeoutMs = 8000

/** Sends batches by HTTP, in each of the forms that the bridge takes; now and then one that it must refuse. */
export async function runHttpClient(ingest: string, options: ClientOptions): Promise<void> {
  const { readings, random, ledger, signal, pauseMs } = options
  for (let n = 0; !signal.aborted; n++) {
    await pause(random.integer(0, 2 * pauseMs))
    const batch = takeReadings(readings, random.integer(1, 10))
    const isFaulty = random.chance(0.02)
    if (isFaulty) batch.push(...faultyBatch(`refused-${random.integer(0, 1e9)}-${n}`))
    const body = inSomeForm(batch, random)
    const status = await postUntilAnswered(`${ingest}/readings`, body, options)
    if (status === 202) for (const { bytes } of batch) ledger.acknowledged(bytes)
    else if (status === 400 && isFaulty) ledger.refused(batch.at(-1)?.patientId ?? '')
    else throw new Error(`The bridge answered ${status} to ${body.text}`)
  }
}

function takeReadings(readings: ReadingSource, count: number): Sent[] {
  const batch: Sent[] = []
  while (batch.length < count) {
    const next = readings.next()
    if (next.isReading) batch.push(next)
  }
  return batch
}

/** A good reading and a bad one: none of the request may be stored. */
function faultyBatch(patientId: string): Sent[] {
  const good = { patient_id: patientId, measured_at: new Date().toISOString(), glucose_mgdl: 100 }
  return [good, { ...good, glucose_mgdl: 'x' }].map((message) => ({
    patientId,
    bytes: Buffer.from(JSON.stringify(message)),
    isReading: false,
  }))
}

interface Body {
  type: string
  text: string
}

function inSomeForm(batch: readonly Sent[], random: Random): Body {
  const texts = batch.map(({ bytes }) => bytes.toString())
  const form = random.integer(0, 2)
  if (form === 0) return { type: 'application/x-ndjson', text: texts.join('\n') }
  if (form === 1 && texts.length === 1) return { type: 'application/json', text: texts[0] ?? '' }
  return { type: 'application/json', text: `[${texts.join()}]` }
}

async function postUntilAnswered(url: string, { type, text }: Body, options: ClientOptions): Promise<number> {
  for (;;) {
    const status = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': type },
      body: text,
      signal: AbortSignal.timeout(requestTimeoutMs),
    }).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      },
      () => 0,
    )
    if (status !== 0 && status !== 503) return status
    options.ledger.retried()
    await pause(options.random.integer(...retryMs))
  }
}

/** Publishes by MQTT with QoS 1, a few messages at a time on one connection. */
export async function runMqttClient(port: number, options: ClientOptions): Promise<void> {
  const { readings, random, ledger, signal, pauseMs } = options
  let client: MqttClient | null = null
  while (!signal.aborted) {
    await pause(random.integer(0, 2 * pauseMs))
    let waiting = Array.from({ length: random.integer(1, 4) }, () => readings.next()).map((sent) => ({
      ...sent,
      topic: random.chance(0.5) ? `health/${sent.patientId}/data` : 'health/data',
    }))
    while (waiting.length > 0) {
      client ??= await connect(port)
      const outcomes = client === null ? waiting.map(() => false) : await publishAll(client, waiting)
      waiting = waiting.filter((sent, i) => {
        if (outcomes[i]) ledger.acknowledged(sent.bytes)
        else ledger.retried()
        return !outcomes[i]
      })
      if (waiting.length === 0) break
      client?.end(true)
      client = null
      await pause(random.integer(...retryMs))
    }
  }
  client?.end(true)
}

async function connect(port: number): Promise<MqttClient | null> {
  const options = { host: '127.0.0.1', port, reconnectPeriod: 0, connectTimeout: 3000 }
  const client = await connectAsync(options).catch(() => null)
  // What is lost with a connection shows in the messages that have no answer.
  return client?.on('error', () => undefined) ?? null
}

/** Which of the messages were acknowledged. */
async function publishAll(client: MqttClient, messages: { topic: string; bytes: Buffer }[]): Promise<boolean[]> {
  const cut = Promise.withResolvers<false>()
  const lost = () => cut.resolve(false)
  client.once('close', lost).once('error', lost)
  const timer = setTimeout(lost, requestTimeoutMs)
  const outcomes = await Promise.all(
    messages.map(({ topic, bytes }) => {
      const published = client.publishAsync(topic, bytes, { qos: 1 }).then(
        () => client.connected,
        () => false,
      )
      return Promise.race([published, cut.promise])
    }),
  )
  clearTimeout(timer)
  client.off('close', lost).off('error', lost)
  return outcomes
}
