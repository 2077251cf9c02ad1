// Connections that dawdle, never end, never read, or come by the thousand: they are cut off or borne, memory stays bounded,
// and whoever behaves is served meanwhile.

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import type { PipelineRow, ReadingEvent } from '@health/api'
import { io } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../e2e/until.ts'
import { createFaultSystem, type FaultSystem, serviceNames } from './fault-system.ts'
import { type Observer, observe } from './faults.fixture.ts'
import { brokenHttp, describe as inWords, mqttConnect, sendBytes } from './hostile/broken-bytes.ts'
import { accompany, type Companion } from './hostile/companion.ts'
import { type MemoryWatch, watchMemory } from './hostile/memory.ts'
import { drip, openSocket, pour } from './hostile/raw-sockets.ts'
import { badIds } from './hostile/texts.ts'
import { hostileBeginnings, hostileMessages, openBrowser, openStalled, openWebSocket } from './hostile/web-sockets.ts'
import { createRandom } from './random.ts'

const seed = Number(process.env['HOSTILE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** More than a service may grow in any of these tests, in MB. */
const growth = 300
/** What may be taken of a sender that never ends: what is thrown away to let it read its answer, and the kernel's buffers. */
const mostTaken = 64 * 1024 * 1024
const gigabyte = 2 ** 30

describe(`hostile connections, seed ${seed}`, () => {
  let system: FaultSystem
  let observer: Observer
  let companion: Companion
  let memory: MemoryWatch
  let ports: { ingest: number; mqtt: number; dashboard: number; health: number }
  beforeAll(async () => {
    system = await createFaultSystem()
    await system.startAll()
    await system.allReady()
    observer = await observe(system)
    ports = {
      ingest: Number(system.env['INGEST_PORT']),
      mqtt: system.mqttPort,
      dashboard: Number(system.env['DASHBOARD_PORT']),
      health: Number(new URL(system.services['csv-archiver-1'].health).port),
    }
  })
  afterAll(async () => {
    await observer?.close()
    await system?.close()
  })

  beforeEach(async () => {
    memory = watchMemory(system)
    companion = await accompany(system, 'healthy')
  })
  afterEach(async ({ task }) => {
    memory.stop()
    await companion.leave()
    const grown = Object.entries(memory.figures()).map(([name, { before, peak }]) => ({
      name,
      mb: peak - before,
      peak,
    }))
    console.log(
      `${task.name}: ${companion.rounds()} rounds of a healthy device; MB grown to: ${grown.map(({ name, mb, peak }) => `${name} +${mb} ${peak}`).join(', ')}`,
    )
    for (const { name, mb } of grown) expect(mb, `MB that ${name} has grown`).toBeLessThan(growth)
    for (const name of serviceNames) expect(system.services[name].ownExits(), name).toBe(0)
  })

  const head = (line: string, ...headers: string[]) => [line, 'Host: 127.0.0.1', ...headers, ''].join('\r\n')
  const post = (path: string, ...headers: string[]) => `${head(`POST ${path} HTTP/1.1`, ...headers)}\r\n`
  const sized = ['Content-Type: application/x-ndjson', 'Content-Length: 100000']
  const chunked = ['Content-Type: application/x-ndjson', 'Transfer-Encoding: chunked']

  test('senders that dawdle are cut off, however many', async () => {
    const kinds = {
      'bridge, headers': () => drip(ports.ingest, `${head('POST /readings HTTP/1.1')}X: `, 'a'),
      'bridge, body': () => drip(ports.ingest, post('/readings', ...sized), 'a'),
      'bridge, chunks': () => drip(ports.ingest, post('/readings', ...chunked), '1\r\na\r\n'),
      'bridge, nothing': () => drip(ports.ingest, '', ''),
      'MQTT, CONNECT': () => drip(ports.mqtt, Buffer.from([0x10, 0xff, 0x7f, 0, 4]), 'M'),
      'MQTT, nothing': () => drip(ports.mqtt, '', ''),
      'dashboard, headers': () => drip(ports.dashboard, `${head('GET / HTTP/1.1')}X: `, 'a'),
      'dashboard, body': () =>
        drip(ports.dashboard, post('/api/session', 'Content-Type: application/json', 'Content-Length: 1000'), 'a'),
      'health, headers': () => drip(ports.health, `${head('GET /healthz HTTP/1.1')}X: `, 'a'),
    }
    const begun = Date.now()
    await Promise.all(
      Object.entries(kinds).map(async ([kind, dawdle]) => {
        const cuts = await Promise.all(
          Array.from({ length: 40 }, () => dawdle().catch((error) => assert.fail(`${kind}: ${error.message}`))),
        )
        console.log(`${kind}: cut off after ${Math.round((Date.now() - begun) / 1000)} s`)
        for (const { answer } of cuts) expect(answer, kind).toMatch(/^$|^HTTP\/1\.1 4/)
      }),
    )
    expect(companion.rounds()).toBeGreaterThan(10)
  })

  test('what never ends is cut off after a bounded amount', async () => {
    const line = Buffer.alloc(65_536, 'a')
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), line, Buffer.from('\r\n')])
    const body = (path: string, port: number, method = 'POST') =>
      [port, post(path, ...chunked).replace('POST', method), chunk] as const
    const kinds = {
      'bridge, a line of a body': body('/readings', ports.ingest),
      'bridge, a body nobody wants': body('/readings', ports.ingest, 'PUT'),
      'bridge, a body for nobody': body('/nowhere', ports.ingest),
      'bridge, a header': [ports.ingest, `${head('POST /readings HTTP/1.1')}X: `, line],
      'bridge, an address': [ports.ingest, 'GET /', line],
      'MQTT, a line': [ports.mqtt, '', line],
      'MQTT, a line after CONNECT': [ports.mqtt, mqttConnect('endless'), line],
      'MQTT, a message': [
        ports.mqtt,
        Buffer.concat([mqttConnect('huge'), Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f])]),
        line,
      ],
      'dashboard, a batch run': body('/api/batch', ports.dashboard),
      'dashboard, a question': body('/api/patients', ports.dashboard, 'GET'),
      'dashboard, the page': body('/', ports.dashboard, 'GET'),
      'dashboard, a body for nobody': body('/nowhere', ports.dashboard),
      'dashboard, a poll': body('/socket.io/?EIO=4&transport=polling', ports.dashboard),
      'dashboard, a header': [ports.dashboard, `${head('GET / HTTP/1.1')}X: `, line],
      'health, a question': body('/healthz', ports.health, 'GET'),
    } as const
    for (const [kind, [port, opening, more]] of Object.entries(kinds)) {
      const { answer, taken } = await pour(port, opening, more, gigabyte).catch((error) =>
        assert.fail(`${kind}: ${error.message}`),
      )
      console.log(`${kind}: ${(taken / 2 ** 20).toFixed(1)} MB taken, answer ${answer.slice(0, 12) || 'none'}`)
      expect(taken, `bytes taken of ${kind}`).toBeLessThan(mostTaken)
    }
  })

  test('what comes in pieces of a byte takes no more memory than anything else', async () => {
    const body = Buffer.from(`${post('/readings', ...chunked)}${'1\r\na\r\n'.repeat(1024 * 1024 - 1)}0\r\n\r\n`)
    const answers = await Promise.all(Array.from({ length: 20 }, () => pour(ports.ingest, '', body, gigabyte)))
    for (const { answer } of answers) expect(answer).toMatch(/^$|^HTTP\/1\.1 4/)
    const message = Buffer.concat([mqttConnect('pieces'), Buffer.from([0x32, 0xff, 0xff, 0x03])])
    const cuts = await Promise.all(Array.from({ length: 20 }, () => drip(ports.mqtt, message, 'a', 2)))
    for (const { taken } of cuts) expect(taken).toBeLessThan(65_000)
  })

  test('broken requests and a thousand hostile messages on web sockets leave the dashboard as it was', async () => {
    const random = createRandom(seed)
    for (let n = 0; n < 200; n++) {
      const bytes = brokenHttp('/api/batch', random)
      const answer = (await sendBytes(ports.dashboard, bytes)).toString('latin1')
      expect(answer, inWords(bytes)).toMatch(/^$|^HTTP\/1\.1 [24]/)
    }
    const say = async (opening: Promise<Socket>, hostile: Buffer) => {
      const socket = await opening
      socket.end(hostile)
      await new Promise((closed) => socket.resume().once('close', closed))
    }
    for (let round = 0; round < 15; round++) {
      await Promise.all([
        ...hostileBeginnings.map((hostile) => say(openWebSocket(ports.dashboard), hostile)),
        ...hostileMessages(badIds).map((hostile) => say(openBrowser(ports.dashboard), hostile)),
      ])
    }
    await until(async () => assert.equal((await pipeline()).dashboard.clients, 0))
  })

  test('a thousand idle devices and a thousand idle requests do not disturb the others', async () => {
    const idle = await Promise.all(
      Array.from({ length: 2000 }, async (_, i) => {
        const isDevice = i % 2 === 0
        const socket = await openSocket(isDevice ? ports.mqtt : ports.ingest)
        socket.write(isDevice ? mqttConnect(`idle-${i}`) : head('POST /readings HTTP/1.1'))
        return socket
      }),
    )
    const rounds = companion.rounds()
    await until(() => assert.ok(companion.rounds() > rounds + 30))
    const open = idle.filter((socket, i) => i % 2 === 0 && !socket.destroyed)
    expect(open, 'devices that stayed').toHaveLength(1000)
    for (const socket of idle) socket.destroy()
  })

  test('browsers that never read are gone in the end, and one that reads hears of every reading', async () => {
    const healthy = io(system.dashboard, { transports: ['websocket'], forceNew: true })
    const heard = new Map<string, number>()
    healthy.on('reading', ({ measured_at, received_at }: ReadingEvent) =>
      heard.set(measured_at, Date.now() - Date.parse(received_at)),
    )
    await healthy.timeout(10_000).emitWithAck('watch', { patient_id: 'watched' })
    const stalled = await Promise.all(Array.from({ length: 500 }, () => openStalled(ports.dashboard)))
    await until(async () => assert.equal((await pipeline()).dashboard.clients, 501))
    const sent: string[] = []
    const begun = Date.now()
    await until(async () => {
      const at = new Date().toISOString()
      const reading = { patient_id: 'watched', measured_at: at, glucose_mgdl: 100 }
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${system.ingest}/readings`, {
        method: 'POST',
        headers,
        body: JSON.stringify(reading),
      })
      assert.equal(answer.status, 202)
      sent.push(at)
      assert.equal((await pipeline()).dashboard.clients, 1)
    })
    console.log(`the stalled were gone after ${((Date.now() - begun) / 1000).toFixed(1)} s`)
    await until(() => assert.deepEqual([...heard.keys()].sort(), [...new Set(sent)].sort()))
    const latencies = [...heard.values()].sort((a, b) => a - b)
    console.log(`${heard.size} readings heard, p99 after ${latencies[Math.floor(latencies.length * 0.99)]} ms`)
    healthy.close()
    for (const socket of stalled) socket.destroy()
  })

  test('after all that nothing was lost', async () => {
    await companion.leave()
    await observer.send(100)
    await observer.expectNothingLostOrDoubled()
  })

  async function pipeline(): Promise<PipelineRow> {
    return (await (await fetch(`${system.dashboard}/api/pipeline`)).json()) as PipelineRow
  }
})
