// A healthy device and a healthy reader in the middle of an attack: for them nothing may change.
import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { FaultSystem } from '../fault-system.ts'
import { type Post, send } from './http.ts'

export interface Companion {
  /** How many rounds there were so far: in each, a reading is taken by HTTP, one by MQTT, and the dashboard answers. */
  rounds(): number
  /** Rejects if anything failed. */
  leave(): Promise<void>
}

const answerWithinMs = 20_000
const everyMs = 100

/** Sends readings of `patientId` and reads until it leaves. */
export async function accompany({ ingest, dashboard, mqttPort }: FaultSystem, patientId: string): Promise<Companion> {
  const device = await connectAsync({ host: '127.0.0.1', port: mqttPort, reconnectPeriod: 0 })
  let rounds = 0
  let isLeaving = false
  let newest = 0
  const reading = () => {
    newest = Math.max(newest + 1, Date.now())
    return JSON.stringify({ patient_id: patientId, measured_at: new Date(newest).toISOString(), glucose_mgdl: 100 })
  }
  // A connection for each question: one kept alive may be closed while this process has no time to look.
  const agent = new Agent()
  const ask = async (post: Post) => {
    const { status, body } = await send(agent, post)
    assert.ok(status < 300, `${post.url} was answered ${status} ${body}`)
  }
  const publish = () =>
    Promise.race([
      device.publishAsync('health/data', reading(), { qos: 1 }),
      pause(answerWithinMs, undefined, { ref: false }).then(() => assert.fail('MQTT did not acknowledge')),
    ])
  const staying = (async () => {
    for (; !isLeaving; rounds++) {
      const headers = { 'content-type': 'application/json' }
      await Promise.all([
        ask({ url: `${ingest}/readings`, headers, body: Buffer.from(reading()) }),
        publish(),
        ask({ url: `${dashboard}/api/patients`, method: 'GET', headers: {}, body: Buffer.alloc(0) }),
      ])
      await pause(everyMs)
    }
  })()
  // Told when it leaves.
  staying.catch(() => undefined)
  return {
    rounds: () => rounds,
    async leave() {
      isLeaving = true
      await staying.finally(() => device.end(true))
    },
  }
}
