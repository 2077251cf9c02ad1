// Readings by MQTT: a message of QoS 1 or 2 is acknowledged only once the log has it; the password is a token's secret.
import { createServer, type Server } from 'node:net'
import type { Ingress } from '../ingress.ts'
import { type MqttConnection, openMqttConnection } from './connection.ts'
import { createMqttNews } from './news.ts'

export interface MqttServer {
  /** Not yet listening. */
  server: Server
  /** Takes no new messages, waits for those under way and acknowledges them, then disconnects everyone. */
  close(): Promise<void>
}

const maxConnections = 4_000
const lookEveryMs = 1_000

/** Takes messages on `sharedTopic` and on the patients' topics, and delivers none. A refusal ends the connection. */
export function createMqttServer(ingress: Ingress, sharedTopic: string): MqttServer {
  const news = createMqttNews(ingress, sharedTopic)
  const connections = new Set<MqttConnection>()
  const byClientId = new Map<string, MqttConnection>()

  /** MQTT 3.1.1, section 3.1.4: who connects with the id of another takes its place. */
  function onSignedIn(connection: MqttConnection): void {
    byClientId.get(connection.id)?.cut()
    byClientId.set(connection.id, connection)
  }

  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    const connection = openMqttConnection(socket, { ingress, sharedTopic, news, onSignedIn })
    connections.add(connection)
    socket.once('close', () => {
      connections.delete(connection)
      if (byClientId.get(connection.id) === connection) byClientId.delete(connection.id)
    })
  })
  server.maxConnections = maxConnections
  const timer = setInterval(() => {
    for (const connection of connections) connection.look()
  }, lookEveryMs)

  return {
    server,
    async close() {
      clearInterval(timer)
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.all([...connections].map((connection) => connection.stop()))
      await closed
    },
  }
}
