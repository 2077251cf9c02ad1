import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { listen } from '@health/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { aMessage, anIngress, anOutage, createTestLog, startTestBridge, textsOf } from '../../bridge.fixture.ts'
import { createHttpServer } from './http.ts'

const post = (url: string, body: string, type = 'application/json', headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': type, ...headers } })

test('202 tells how many readings the log has', async () => {
  const { readings, log, metrics } = await startTestBridge(createTestLog())
  const one = await post(readings, JSON.stringify(aMessage()), 'application/json; charset=utf-8')
  expect([one.status, await one.json()]).toEqual([202, { accepted: 1 }])
  const array = await post(readings, JSON.stringify([aMessage(), aMessage({ patient_id: 'p002' })]))
  expect([array.status, await array.json()]).toEqual([202, { accepted: 2 }])
  const lines = `${JSON.stringify(aMessage())}\r\n\r\n`.repeat(3)
  const ndjson = await post(readings, lines, 'application/x-ndjson')
  expect([ndjson.status, await ndjson.json()]).toEqual([202, { accepted: 3 }])
  expect(log.appended).toHaveLength(6)
  expect(textsOf(log.appended.slice(3))).toEqual(Array(3).fill(`p001: ${JSON.stringify(aMessage())}`))
  expect(await metrics()).toContain('ingest_records_accepted_total{transport="http",service="kafka-bridge"} 6')
})

test('answers only once the log has the readings', async () => {
  const { readings, log } = await startTestBridge(createTestLog())
  const release = log.hold()
  const answered = vi.fn()
  const answer = post(readings, JSON.stringify(aMessage())).then(answered)
  const append = vi.spyOn(log, 'append')
  await vi.waitFor(() => expect(append).toHaveBeenCalled())
  expect(answered).not.toHaveBeenCalled()
  release()
  await answer
  expect(answered.mock.calls[0]?.[0].status).toBe(202)
})

test('one faulty reading: nothing is stored, and it is named', async () => {
  const { readings, log } = await startTestBridge(createTestLog())
  const response = await post(readings, JSON.stringify([aMessage(), aMessage({ measured_at: 'yesterday' })]))
  expect(response.status).toBe(400)
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(await response.json()).toMatchObject({
    status: 400,
    errors: [{ index: 1, path: 'measured_at', message: expect.stringContaining('RFC 3339') }],
  })
  expect(log.appended).toEqual([])
})

test.each([
  ['another type', 'text/plain', {}],
  ['a form', 'application/x-www-form-urlencoded', {}],
  ['compressed', 'application/json', { 'content-encoding': 'gzip' }],
])('415 for %s', async (_name, type, headers) => {
  const { readings } = await startTestBridge(createTestLog())
  expect((await post(readings, JSON.stringify(aMessage()), type, headers)).status).toBe(415)
})

test('1 MiB is taken, more is 413', async () => {
  const { readings, log } = await startTestBridge(createTestLog())
  const reading = `${JSON.stringify(aMessage({ note: 'x'.repeat(32_000) }))}\n`
  const lines = reading.repeat(Math.floor(1024 ** 2 / reading.length))
  const full = lines + ' '.repeat(1024 ** 2 - lines.length)
  expect((await post(readings, full, 'application/x-ndjson')).status).toBe(202)
  const stored = log.appended.length
  for (const body of [`${full} `, ' '.repeat(10_000_000)]) {
    const response = await post(readings, body, 'application/x-ndjson')
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ title: 'Too large' })
  }
  expect(log.appended).toHaveLength(stored)
})

test('a body without end gets its answer while it is sent, and is cut off in the end', async () => {
  const { ingestPort } = await startTestBridge(createTestLog())
  const socket = connect(ingestPort, '127.0.0.1')
  // Once cut off, writing fails.
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(
    'POST /readings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000000\r\n\r\n',
  )
  let sent = 0
  const chunk = Buffer.alloc(1024 ** 2, ' ')
  const send = () => {
    while (!socket.destroyed && socket.write(chunk)) sent++
  }
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text
  })
  socket.on('drain', send)
  send()
  await closed
  expect(answer).toContain('HTTP/1.1 413 ')
  expect(answer).toContain('"title":"Too large"')
  expect(sent).toBeLessThan(100)
})

test('a refusal leaves the connection usable', async () => {
  const { ingestPort } = await startTestBridge(createTestLog())
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const statusOf = async (body: string) => {
    const sender = request({
      agent,
      port: ingestPort,
      path: '/readings',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    sender.end(body)
    const [answer] = await once(sender, 'response')
    await once(answer.resume(), 'end')
    return [answer.statusCode, sender.reusedSocket]
  }
  expect(await statusOf(' '.repeat(3_000_000))).toEqual([413, false])
  expect(await statusOf(JSON.stringify(aMessage()))).toEqual([202, true])
})

test('an outage is 503 with Retry-After, and ends by itself', async () => {
  const { readings, log, waitingFor, metrics } = await startTestBridge(createTestLog())
  log.fail(anOutage())
  const response = await post(readings, JSON.stringify(aMessage()))
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(waitingFor()).toBe(anOutage().message)
  expect(await metrics()).toContain('ingest_refused_total{transport="http",reason="log_unavailable"')
  log.fail(null)
  expect((await post(readings, JSON.stringify(aMessage()))).status).toBe(202)
  expect(waitingFor()).toBeNull()
})

test('beyond the bound on bytes in flight 503 is answered at once', async () => {
  const log = createTestLog()
  const body = JSON.stringify(aMessage())
  const server = createHttpServer(anIngress(log, body.length))
  onTestFinished(() => server.closeAllConnections())
  const port = await listen(server, { port: 0, host: '127.0.0.1', variable: 'INGEST_PORT' })
  const url = `http://127.0.0.1:${port}/readings`
  const release = log.hold()
  const append = vi.spyOn(log, 'append')
  const first = post(url, body)
  await vi.waitFor(() => expect(append).toHaveBeenCalled())
  const second = await post(url, body)
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1'])
  release()
  expect((await first).status).toBe(202)
  expect((await post(url, body)).status).toBe(202)
})

test('a sender that dawdles is cut off', async () => {
  const timeouts = {
    headersTimeout: 20,
    requestTimeout: 40,
    keepAliveTimeout: 1_000,
    connectionsCheckingInterval: 10,
  }
  const server = createHttpServer(anIngress(createTestLog(), 1_000), timeouts)
  onTestFinished(() => void server.close())
  const port = await listen(server, { port: 0, host: '127.0.0.1', variable: 'INGEST_PORT' })
  const head = 'POST /readings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n'
  const refused = head.replace('application/json', 'text/plain')
  for (const begun of [head, `${head}\r\n{`, `${refused}\r\n{`]) {
    const socket = connect(port, '127.0.0.1')
    socket.write(begun)
    await once(socket.resume(), 'close')
  }
})

test('a sender that goes away leaves nothing behind', async () => {
  const { ingestPort, log, metrics } = await startTestBridge(createTestLog())
  const sender = request({
    port: ingestPort,
    path: '/readings',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 1000 },
  })
  sender.on('error', () => {})
  sender.write(JSON.stringify(aMessage()), () => sender.destroy())
  await vi.waitFor(async () => expect(await metrics()).toContain('reason="aborted"'))
  expect(log.appended).toEqual([])
})

test.each([
  ['GET', '/readings', 405],
  ['DELETE', '/readings', 405],
  ['POST', '/', 404],
  ['GET', '/%E0%A4%A', 404],
])('%s %s is %i, as a problem', async (method, path, status) => {
  const { ingestPort } = await startTestBridge(createTestLog())
  const response = await fetch(`http://127.0.0.1:${ingestPort}${path}`, { method })
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(response.headers.get('x-powered-by')).toBeNull()
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  if (status === 405) expect(response.headers.get('allow')).toBe('POST')
})

test('takes nothing from a web page, whose browser may have been led here', async () => {
  const { readings, log } = await startTestBridge(createTestLog())
  const headers = { 'content-type': 'application/json', origin: 'http://evil.example' }
  const answer = await fetch(readings, { method: 'POST', headers, body: JSON.stringify(aMessage()) })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([403, expect.stringContaining('problem+json')])
  expect(log.appended).toEqual([])
})
