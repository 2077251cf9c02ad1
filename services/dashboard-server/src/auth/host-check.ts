// Where a request comes from: only pages of this very server are heard, reached by a name that is meant for it. CORS does
// not protect web sockets, and a foreign name may be made to point here (DNS rebinding), so every request and every socket
// is checked, before anybody asks who sent it (session.ts).
import type { IncomingHttpHeaders } from 'node:http'

/** Why a request is refused, in words with the way to mend it; `null` when it is welcome. */
export type HostCheck = (headers: IncomingHttpHeaders) => string | null

const namePattern = String.raw`\[[0-9a-f:.]+\]|[a-z0-9._-]+`
const nameForm = new RegExp(`^(?:${namePattern})$`)
const hostForm = new RegExp(`^(${namePattern})(?::\\d{1,5})?$`)

/** Whether `text` is a name or an address alone. One with a scheme, a port or a path would never match a Host. */
export const isHostName = (text: string): boolean => nameForm.test(text.toLowerCase())

/** Takes requests whose Host names one of `allowedHosts`, on any port, and whose Origin, if any, is that same host. */
export function createHostCheck(allowedHosts: readonly string[]): HostCheck {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  return ({ host: given = '', origin }) => {
    const host = given.toLowerCase()
    const name = hostForm.exec(host)?.[1]
    if (name === undefined || !allowed.has(name)) {
      return `This server does not answer to the host ${JSON.stringify(given)}. If it should, add the name to ALLOWED_HOSTS.`
    }
    if (origin !== undefined && URL.parse(origin)?.host !== host) {
      return `A page of ${JSON.stringify(origin)} may not use this server. Open http://${given}/ itself.`
    }
    return null
  }
}
