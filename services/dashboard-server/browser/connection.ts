// The socket to the server: what it tells becomes events, and after every connection the chosen patient's gap is filled.
import type { ClientEvents, ServerEvents } from '@health/api'
import { io, type Socket } from 'socket.io-client'
import { fetchDaily, fetchLive } from './api.ts'
import { followSession } from './session.ts'
import { liveWindowMs } from './state/state.ts'
import type { Store } from './state/store.ts'

type ServerSocket = Socket<ServerEvents, ClientEvents>

const echoEveryMs = 5000
/** The server tells the pipeline's state every second; after this much silence the line is dead, whatever it claims. */
const silentMs = 10_000
const retryMs = 2000
const answerMs = 5000
/** The days that are asked for: a month is shown, and a patient may have years. */
const dailyMs = 31 * 86_400_000

/** Connects the store to the server for as long as the page lives. */
export function openConnection(store: Store): void {
  const socket: ServerSocket = io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    timeout: 5000,
  })
  tellNews(socket, store)
  tellConnection(socket, store)
  tellNetwork(socket, store)
  followChosen(socket, store)
  void followSession(socket, store)
  setInterval(() => socket.connected && measureEcho(socket, store), echoEveryMs)
  setInterval(() => reopenSilentLine(socket, store), 1000)
}

function tellNews(socket: ServerSocket, { dispatch }: Store): void {
  const now = () => Date.now()
  socket.on('snapshot', (snapshot) => dispatch({ type: 'snapshot', now: now(), snapshot }))
  socket.on('patients', (changed) => dispatch({ type: 'patients', now: now(), changed }))
  socket.on('reading', (reading) => dispatch({ type: 'reading', now: now(), reading }))
  socket.on('dropped', (dropped) => dispatch({ type: 'dropped', now: now(), dropped }))
  socket.on('daily', (changed) => dispatch({ type: 'daily', now: now(), changed }))
  socket.on('alert', (alert) => dispatch({ type: 'alert', now: now(), alert }))
  socket.on('pipeline', (row) => dispatch({ type: 'pipeline', now: now(), row }))
}

function tellConnection(socket: ServerSocket, store: Store): void {
  const { dispatch } = store
  socket.on('connect', () => {
    dispatch({ type: 'connected', now: Date.now() })
    measureEcho(socket, store)
  })
  socket.on('disconnect', () => dispatch({ type: 'lost', now: Date.now() }))
  socket.on('connect_error', () => dispatch({ type: 'lost', now: Date.now() }))
  socket.io.on('reconnect_attempt', (attempt) => dispatch({ type: 'retried', attempt }))
}

function tellNetwork(socket: ServerSocket, { dispatch }: Store): void {
  const tell = () => dispatch({ type: 'networkChanged', offline: !navigator.onLine })
  tell()
  addEventListener('offline', tell)
  addEventListener('online', () => {
    tell()
    // The next attempt may be seconds away, and the network has just come back.
    if (socket.active && !socket.connected) socket.disconnect().connect()
  })
}

/** Watches whoever is chosen, and fills in what went by before: the live window, and the days. */
function followChosen(socket: ServerSocket, store: Store): void {
  let followed: string | null = null
  const follow = () => {
    const { chosen } = store.state()
    if (!socket.connected || chosen === null || chosen === followed) return
    followed = chosen
    const wanted = () => socket.connected && followed === chosen
    void untilAnswered(wanted, async () => {
      // First told, then asked: whatever happens between the two is told, and nothing is missed.
      await socket.timeout(answerMs).emitWithAck('watch', { patient_id: chosen })
      const readings = await fetchLive(chosen, liveWindowMs / 1000)
      store.dispatch({ type: 'liveLoaded', patientId: chosen, readings })
    })
    loadDaily(wanted, store, chosen)
  }
  // With every connection, and whenever the server itself has missed something.
  socket.on('snapshot', () => {
    followed = null
    follow()
    loadDaily(() => socket.connected, store, '*')
  })
  socket.on('disconnect', () => {
    followed = null
  })
  store.subscribe(follow)
}

function loadDaily(wanted: () => boolean, store: Store, patientId: string): void {
  void untilAnswered(wanted, async () => {
    const dateIn = (ms: number) => new Date(store.state().now + ms).toISOString().slice(0, 10)
    // Up to tomorrow: east of Greenwich it has begun.
    const rows = await fetchDaily(patientId, { from: dateIn(-dailyMs), to: dateIn(86_400_000) })
    store.dispatch({ type: 'daily', now: Date.now(), changed: { patient_id: patientId, rows } })
  })
}

/** Asks again after a failure, which the banner tells already, for as long as the answer is wanted. */
async function untilAnswered(wanted: () => boolean, ask: () => Promise<void>): Promise<void> {
  while (wanted()) {
    try {
      return await ask()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}

function measureEcho(socket: ServerSocket, { dispatch }: Store): void {
  const asked = performance.now()
  socket.emit('echo', (at) => {
    const roundTripMs = performance.now() - asked
    dispatch({ type: 'echoed', now: Date.now(), roundTripMs, serverTime: Date.parse(at) })
  })
}

function reopenSilentLine(socket: ServerSocket, store: Store): void {
  const { now, connection } = store.state()
  if (socket.connected && now - connection.heardAt > silentMs) socket.disconnect().connect()
}
