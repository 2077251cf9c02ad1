// An MQTT broker for tests, that takes readings, can withhold its acknowledgements, and can go away and come back.
import { createServer, type Socket } from 'node:net'
import { createLogger, listen } from '@health/runtime'
import { Aedes } from 'aedes'
import { onTestFinished, vi } from 'vitest'
import type { Credentials } from './config.ts'
import { openPublisher } from './publisher.ts'

/** Goes away when the test ends. On `port` 0 it takes a free one. */
export async function startTestBroker(port = 0) {
  /** Every message's payload in the order of arrival, those that came again included. */
  const received: string[] = []
  const topics = new Set<string>()
  const withheld: (() => void)[] = []
  const passwords: unknown[] = []
  let withholding = false
  let failing = false
  let locked = false

  const broker = await Aedes.createBroker({
    authenticate(_client, _user, password, done) {
      passwords.push(password?.toString())
      done(locked ? Object.assign(new Error('refused'), { returnCode: 4 }) : null, !locked)
    },
    authorizePublish(_client, { topic, payload, qos }, done) {
      if (qos !== 1) throw new Error(`Quality of service ${qos}.`)
      topics.add(topic)
      received.push(payload.toString())
      if (failing) done(new Error('The log is away.'))
      else if (withholding) withheld.push(() => done(null))
      else done(null)
    },
  })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)))
    broker.handle(socket)
  })
  const taken = await listen(server, { host: '127.0.0.1', port, variable: 'MQTT_PORT' })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const stop = async () => {
    if (!server.listening) return
    const closed = new Promise((resolve) => server.close(resolve))
    cut()
    await closed
    await new Promise<void>((resolve) => broker.close(resolve))
  }
  onTestFinished(stop)

  return {
    port: taken,
    url: `mqtt://127.0.0.1:${taken}`,
    received,
    topics,
    /** What clients came with. */
    passwords,
    /** From now on nobody is let in. */
    lock() {
      locked = true
    },
    /** From now on every message ends its connection, as where the log is away. */
    fail() {
      failing = true
    },
    /** From now on messages are taken and not acknowledged. */
    withhold() {
      withholding = true
    },
    /** Acknowledges what was withheld, and from now on everything. */
    acknowledge() {
      failing = false
      withholding = false
      for (const done of withheld.splice(0)) done()
    },
    /** Ends every connection; the broker stays. */
    cut,
    stop,
  }
}

/** A publisher that is closed when the test ends. */
export function openTestPublisher(
  url: string,
  onAcknowledged: () => void = () => {},
  credentials: Credentials | null = null,
) {
  const logger = createLogger('silent')
  const warn = vi.spyOn(logger, 'warn')
  const info = vi.spyOn(logger, 'info')
  const publisher = openPublisher({ url, credentials, topic: 'health/data', logger, onAcknowledged })
  onTestFinished(() => publisher.close())
  /** The sentences logged so far, warnings apart. */
  const sentences = (calls: readonly unknown[][]) => calls.map(([, sentence]) => String(sentence))
  const lines = () => ({ warnings: sentences(warn.mock.calls), infos: sentences(info.mock.calls) })
  return { ...publisher, lines }
}
