// Posts to the bridge over connections that are kept.
import { Agent, request } from 'node:http'

/** Posts NDJSON to `url`/readings; resolves when every reading is acknowledged, rejects when it is not. */
export function createPoster(url: string): (body: Buffer) => Promise<void> {
  const agent = new Agent({ keepAlive: true })
  return (body) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length }
      request(`${url}/readings`, { method: 'POST', agent, headers }, (answer) => {
        answer.resume().once('end', () => {
          if (answer.statusCode === 202) resolve()
          else reject(new Error(`the bridge answered ${answer.statusCode}`))
        })
      })
        .once('error', reject)
        .end(body)
    })
}
