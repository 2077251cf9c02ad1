import { expect, test, vi } from 'vitest'
import { openTestPublisher, startTestBroker } from './broker.fixture.ts'

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i))
const inOrderOfFirstArrival = (received: string[]) => [...new Set(received)]

test('sends in order, once, and tells when all is acknowledged', async () => {
  const broker = await startTestBroker()
  const acknowledged = vi.fn()
  const publisher = openTestPublisher(broker.url, acknowledged)
  await publisher.whenReady()
  for (const n of numbers(0, 500)) publisher.send(n)
  await publisher.whenAcknowledged()
  expect(broker.received).toEqual(numbers(0, 500))
  expect([...broker.topics]).toEqual(['health/data'])
  expect(acknowledged).toHaveBeenCalledTimes(500)
  expect(publisher.unacknowledged()).toBe(0)
})

test('after a lost connection what is unacknowledged is sent again, in its order and before anything new', async () => {
  const broker = await startTestBroker()
  const acknowledged = vi.fn()
  const publisher = openTestPublisher(broker.url, acknowledged)
  await publisher.whenReady()
  broker.withhold()
  for (const n of numbers(0, 50)) publisher.send(n)
  await vi.waitFor(() => expect(broker.received).toHaveLength(50))
  broker.cut()
  await vi.waitFor(() => expect(publisher.waitingFor()).not.toBeNull())
  for (const n of numbers(50, 60)) publisher.send(n)
  expect(publisher.unacknowledged()).toBe(60)
  await vi.waitFor(() => expect(broker.received).toHaveLength(110))
  expect(acknowledged).not.toHaveBeenCalled()
  broker.acknowledge()
  await publisher.whenAcknowledged()
  expect(broker.received.slice(50)).toEqual(numbers(0, 60))
  expect(acknowledged).toHaveBeenCalledTimes(60)
})

test('loses nothing and keeps the order however often the connection is lost', async () => {
  const broker = await startTestBroker()
  const publisher = openTestPublisher(broker.url)
  for (const start of [0, 200, 400]) {
    await publisher.whenReady()
    for (const n of numbers(start, start + 200)) publisher.send(n)
    await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(start))
    broker.cut()
    await vi.waitFor(() => expect(publisher.waitingFor()).not.toBeNull())
  }
  await publisher.whenAcknowledged()
  expect(inOrderOfFirstArrival(broker.received)).toEqual(numbers(0, 600))
})

test('waits for a broker that is away, says which, and goes on when it is there', async () => {
  const gone = await startTestBroker()
  await gone.stop()
  const publisher = openTestPublisher(`mqtt://someone:secret@127.0.0.1:${gone.port}`)
  await vi.waitFor(() => expect(publisher.waitingFor()).toBe(`the MQTT broker at mqtt://127.0.0.1:${gone.port}`))
  expect(publisher.isReady()).toBe(false)
  publisher.send('early')
  const broker = await startTestBroker(gone.port)
  await publisher.whenAcknowledged()
  expect(broker.received).toEqual(['early'])
  expect(publisher.waitingFor()).toBeNull()
})

test('is not ready while too much is unacknowledged', async () => {
  const broker = await startTestBroker()
  const publisher = openTestPublisher(broker.url)
  await publisher.whenReady()
  broker.withhold()
  for (const n of numbers(0, 5000)) publisher.send(n)
  expect(publisher.isReady()).toBe(false)
  // The broker takes as much as its buffers hold, acknowledged piece by piece.
  broker.acknowledge()
  await publisher.whenReady()
  await publisher.whenAcknowledged()
  expect(publisher.isReady()).toBe(true)
})

test('closing waits for what is under way', async () => {
  const broker = await startTestBroker()
  const publisher = openTestPublisher(broker.url)
  await publisher.whenReady()
  broker.withhold()
  publisher.send('last')
  await vi.waitFor(() => expect(broker.received).toEqual(['last']))
  const closed = publisher.close()
  broker.acknowledge()
  await closed
  expect(publisher.unacknowledged()).toBe(0)
})

test('closing ends the wait for a broker that never comes', async () => {
  const gone = await startTestBroker()
  await gone.stop()
  const publisher = openTestPublisher(gone.url)
  const ready = publisher.whenReady()
  await publisher.close()
  await ready
  expect(publisher.isReady()).toBe(false)
})

test('while messages are not acknowledged that is told once, however often the connection ends; the end of it too', async () => {
  const broker = await startTestBroker()
  const publisher = openTestPublisher(broker.url)
  await publisher.whenReady()
  broker.fail()
  publisher.send('1')
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(2))
  expect(publisher.waitingFor()).toBe(`acknowledgements of the MQTT broker at ${broker.url}`)
  expect(publisher.isReady()).toBe(false)
  const warnings = [expect.stringContaining('unacknowledged')]
  expect(publisher.lines()).toEqual({ warnings, infos: ['The MQTT broker takes messages.'] })
  broker.acknowledge()
  await publisher.whenReady()
  expect(publisher.unacknowledged()).toBe(0)
  expect(publisher.lines()).toEqual({ warnings, infos: Array(2).fill('The MQTT broker takes messages.') })
})

test('an idle connection that is lost is there again without a message', async () => {
  const broker = await startTestBroker()
  const publisher = openTestPublisher(broker.url)
  await publisher.whenReady()
  broker.cut()
  await vi.waitFor(() => expect(publisher.waitingFor()).toBe(`the MQTT broker at ${broker.url}`))
  await publisher.whenReady()
  expect(publisher.lines().warnings).toEqual(['Waiting for the MQTT broker.'])
})

test('a refused password is told once, and how to mend it; it is not tried again at once', async () => {
  const broker = await startTestBroker()
  broker.lock()
  const publisher = openTestPublisher(broker.url, () => {}, { username: 'simulator', password: 'a-secret' })
  await vi.waitFor(() => expect(publisher.waitingFor()).toMatch(/to take another password$/))
  expect(publisher.lines()).toEqual({
    warnings: [expect.stringMatching(/refuses the password.*API_TOKENS/)],
    infos: [],
  })
  expect(broker.passwords).toEqual(['a-secret'])
  await publisher.close()
})
