import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigError } from './config.ts'
import { listen } from './listen.ts'

const aServer = () => {
  const server = createServer()
  onTestFinished(() => void server.close())
  return server
}

test('port 0 takes a free one and tells which', async () => {
  const port = await listen(aServer(), { port: 0, host: '127.0.0.1', variable: 'INGEST_PORT' })
  expect(port).toBeGreaterThan(0)
})

test('a busy port is named with the setting that changes it', async () => {
  const port = await listen(aServer(), { port: 0, host: '127.0.0.1', variable: 'INGEST_PORT' })
  const second = listen(aServer(), { port, host: '127.0.0.1', variable: 'INGEST_PORT' })
  await expect(second).rejects.toThrow(ConfigError)
  await expect(second).rejects.toThrow(new RegExp(`Port ${port} on 127.0.0.1 is in use.*set INGEST_PORT`))
})

test('a host of another machine is named with its setting', async () => {
  const elsewhere = listen(aServer(), { port: 0, host: '192.0.2.1', variable: 'INGEST_PORT' })
  await expect(elsewhere).rejects.toThrow(/192\.0\.2\.1 is no address of this machine. Set HOST/)
})
