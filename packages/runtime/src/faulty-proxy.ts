// A TCP proxy for tests: stands between a client and a real server, and fails in the ways networks do.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface FaultyProxy {
  port: number
  /** Breaks all connections, and refuses new ones until `mend`. */
  cut(): void
  /** Makes all connections, and new ones until `mend`, swallow what is sent; they stay open, as half-open ones do. */
  silence(): void
  /** Until `mend`, breaks a connection when its next reply comes: the request got through. Resolves when one is broken. */
  cutAtReply(): Promise<void>
  mend(): void
  close(): Promise<void>
}

interface Target {
  host: string
  port: number
  /** What a client is to see in the place of a reply, for servers that tell their own address. */
  rewrite?(reply: Buffer, proxyPort: number): Buffer
}

export async function openProxy({ host, port: targetPort, rewrite = (reply) => reply }: Target): Promise<FaultyProxy> {
  let mode: 'open' | 'cut' | 'silent' | 'cut at reply' = 'open'
  let cutOne = () => {}
  const clients = new Set<Socket>()
  const silenced = new WeakSet<Socket>()

  const server = createServer((client) => {
    if (mode === 'cut') return client.destroy()
    if (mode === 'silent') silenced.add(client)
    clients.add(client)
    const upstream = connect({ host, port: targetPort })
    client.on('data', (data) => {
      if (!silenced.has(client)) upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (mode === 'cut at reply') {
        client.destroy()
        cutOne()
      } else if (!silenced.has(client)) client.write(rewrite(data, port))
    })
    client.on('error', () => {}).on('close', () => clients.delete(client) && upstream.destroy())
    upstream.on('error', () => {}).on('close', () => client.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo

  const cut = () => {
    mode = 'cut'
    for (const client of clients) client.destroy()
  }
  return {
    port,
    cut,
    silence() {
      mode = 'silent'
      for (const client of clients) silenced.add(client)
    },
    cutAtReply() {
      mode = 'cut at reply'
      return new Promise((resolve) => {
        cutOne = resolve
      })
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
