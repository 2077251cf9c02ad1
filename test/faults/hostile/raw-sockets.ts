// Connections that misbehave byte by byte: they dawdle, never end, or never read.
import { connect, type Socket } from 'node:net'

export interface Cut {
  /** What came back before the connection ended. */
  answer: string
  /** How many bytes the other side, or the kernel for it, took. */
  taken: number
}

/** Longer than any patience of a service. */
const deadlineMs = 60_000
const dripEveryMs = 100

/** An open connection whose errors are nobody's business: being cut off is expected here. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket.on('error', () => undefined)
}

/** Sends `opening`, then `byte` again and again, with pauses. Resolves when it is cut off. */
export async function drip(port: number, opening: string | Buffer, byte: string, everyMs = dripEveryMs): Promise<Cut> {
  const socket = await openSocket(port)
  const cut = untilCut(socket, 'of dripping')
  socket.write(opening)
  const timer = setInterval(() => socket.write(byte), everyMs)
  return cut.finally(() => clearInterval(timer))
}

/** Sends `opening`, then `chunk` without end, as fast as it is taken. Resolves when it is cut off; rejects after `limit` bytes. */
export async function pour(
  port: number,
  opening: string | Buffer,
  chunk: string | Buffer,
  limit: number,
): Promise<Cut> {
  const socket = await openSocket(port)
  const bytes = Buffer.from(chunk as string)
  let taken = 0
  const cut = untilCut(socket, 'of pouring')
  const pourOn = () => {
    if (socket.destroyed) return
    if (taken > limit) return socket.destroy(new Error(`${taken} bytes were taken, and more would be`))
    socket.write(bytes, (error) => {
      if (error) return
      taken += bytes.length
      pourOn()
    })
  }
  const tooMuch = new Promise<never>((_, reject) => socket.once('error', (error) => taken > limit && reject(error)))
  socket.write(opening)
  pourOn()
  const { answer } = await Promise.race([cut, tooMuch])
  return { answer, taken }
}

function untilCut(socket: Socket, what: string): Promise<Cut> {
  return new Promise((resolve, reject) => {
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`still connected after ${deadlineMs} ms ${what}`))
    }, deadlineMs)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve({ answer, taken: socket.bytesWritten })
    })
  })
}
