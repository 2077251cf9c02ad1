// A TCP proxy for redis.real.test.ts: stands between a client and Redis, and fails in the ways networks do.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface FaultyProxy {
  port: number
  /** Breaks all connections, and refuses new ones until `mend`. */
  cut(): void
  /** Makes all connections, and new ones until `mend`, swallow what is sent; they stay open, as half-open ones do. */
  silence(): void
  /** Breaks a connection when the next reply comes: the request got through. */
  cutAtReply(): void
  mend(): void
  close(): Promise<void>
}

export async function openProxy(target: { host: string; port: number }): Promise<FaultyProxy> {
  let mode: 'open' | 'cut' | 'silent' | 'cut at reply' = 'open'
  const clients = new Set<Socket>()
  const silenced = new WeakSet<Socket>()

  const server = createServer((client) => {
    if (mode === 'cut') return client.destroy()
    if (mode === 'silent') silenced.add(client)
    clients.add(client)
    const upstream = connect(target)
    client.on('data', (data) => {
      if (!silenced.has(client)) upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (mode === 'cut at reply') client.destroy()
      else if (!silenced.has(client)) client.write(data)
    })
    client.on('error', () => {}).on('close', () => clients.delete(client) && upstream.destroy())
    upstream.on('error', () => {}).on('close', () => client.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  const cut = () => {
    mode = 'cut'
    for (const client of clients) client.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    silence() {
      mode = 'silent'
      for (const client of clients) silenced.add(client)
    },
    cutAtReply() {
      mode = 'cut at reply'
    },
    mend() {
      mode = 'open'
    },
    async close() {
      cut()
      await new Promise((closed) => server.close(closed))
    },
  }
}
