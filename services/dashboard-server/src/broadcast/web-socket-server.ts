// The web sockets under Socket.io, whose compression lets all browsers be sent the same bytes.
import { type ServerOptions, WebSocketServer } from 'ws'

/**
 * For Engine.io. No message depends on those before it, and nothing is compressed for one browser alone. Engine.io itself
 * is told of no compression, for then it would write no frame that was made for all.
 */
export class SharingWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({
      ...options,
      perMessageDeflate: {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        threshold: Number.POSITIVE_INFINITY,
        // What browsers say is short.
        zlibInflateOptions: { chunkSize: 1024 },
      },
    })
  }

  override handleUpgrade(...[request, ...rest]: Parameters<WebSocketServer['handleUpgrade']>): void {
    // Who has less room than what is compressed for all would need gets it plain.
    if (request.headers['sec-websocket-extensions']?.includes('server_max_window_bits')) {
      delete request.headers['sec-websocket-extensions']
    }
    super.handleUpgrade(request, ...rest)
  }
}
