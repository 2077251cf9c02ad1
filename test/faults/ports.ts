// Ports below those that the system gives to outgoing connections, so that a part that restarts finds its own free.
import { connect, createServer } from 'node:net'

const first = 21_000
const blockSize = 20
const blocks = 50

/**
 * So many ports that nobody holds, fewer than twenty. They are of a block whose first port this process holds for as long
 * as it lives: so runs at the same time do not take each other's while a part is down.
 */
export async function takePorts(count: number): Promise<number[]> {
  for (let block = 0; block < blocks; block++) {
    const start = first + block * blockSize
    const ports = Array.from({ length: count }, (_, i) => start + 1 + i)
    if ((await hold(start)) && (await areFree(ports))) return ports
  }
  throw new Error(`No ${count} ports are free from ${first} on`)
}

function hold(port: number): Promise<boolean> {
  const server = createServer((socket) => socket.destroy()).unref()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
  })
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const free = await Promise.all(ports.map(isFree))
  return free.every(Boolean)
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Resolves when something listens on the port. */
export async function connects(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject)
      socket.setTimeout(1000, () => reject(new Error(`port ${port} is silent`)))
    })
  } finally {
    socket.destroy()
  }
}
