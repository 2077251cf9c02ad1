// Who this browser is to the server. The line to it is open exactly while this browser may read.
import type { Session } from '@health/api'
import type { Socket } from 'socket.io-client'
import { deleteSession, fetchSession, postToken } from './api.ts'
import { isSignedOut } from './state/state.ts'
import type { Store } from './state/store.ts'

/** Whoever guessed too often from this address is forgiven within a minute. */
const askAgainMs = 10_000
/** Signing in or out in one tab holds for all tabs of this browser. */
const otherTabs = new BroadcastChannel('session')

/** Opens the line once the server has said who this browser is; asks again whenever it is lost or refused. */
export async function followSession(socket: Socket, store: Store): Promise<void> {
  socket.on('connect_error', () => void ask(store))
  socket.on('disconnect', (reason) => {
    if (reason !== 'io client disconnect') void ask(store)
  })
  otherTabs.addEventListener('message', () => void ask(store))
  await ask(store)
  const follow = () => {
    const mayRead = !isSignedOut(store.state())
    if (mayRead && !socket.active) socket.connect()
    if (!mayRead && socket.active) socket.disconnect()
  }
  store.subscribe(follow)
  follow()
}

export type SignInAnswer = Session['refusal'] | 'unreachable'

/** Null once this browser is signed in; else why it is not. */
export async function signIn(store: Store, token: string): Promise<SignInAnswer> {
  try {
    const refusal = await postToken(token)
    if (refusal === null) await tellAll(store)
    return refusal
  } catch {
    return 'unreachable'
  }
}

/** Where the server is away this browser stays signed in, and the banner says that it is away. */
export async function signOut(store: Store): Promise<void> {
  try {
    await deleteSession()
    await tellAll(store)
  } catch {}
}

async function tellAll(store: Store): Promise<void> {
  otherTabs.postMessage('changed')
  await ask(store)
}

async function ask(store: Store): Promise<void> {
  try {
    const session = await fetchSession()
    store.dispatch({ type: 'session', now: Date.now(), session })
    if (session.refusal === 'too_many_failures') setTimeout(() => void ask(store), askAgainMs)
  } catch {
    // The server is away, which the line tells; it is asked again with the next attempt to connect.
  }
}
