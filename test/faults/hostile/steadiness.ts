// Whether the system stood it: nobody crashed or was thrown out of a consumer group, nobody stopped answering, and nothing
// lies where nothing should.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Redis } from 'ioredis'
import type { Kafka } from 'kafkajs'
import { until } from '../../e2e/until.ts'
import { type FaultSystem, serviceNames } from '../fault-system.ts'

export interface Standing {
  /** Process by part. */
  pids: Record<string, number | null>
  /** Members of each consumer group, as Kafka names them: a member that comes back has another name. */
  members: Record<string, string[]>
}

const groups = ['csv-archiver', 'speed-layer']

/** Who is there now. Waits until no group is in motion. */
export async function standingOf({ all }: FaultSystem, kafka: Kafka): Promise<Standing> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const members: Record<string, string[]> = {}
    await until(async () => {
      for (const { groupId, state, members: found } of (await admin.describeGroups(groups)).groups) {
        assert.equal(state, 'Stable', groupId)
        members[groupId] = found.map(({ memberId }) => memberId).sort()
      }
    })
    return { pids: Object.fromEntries(all.map((part) => [part.name, part.pid()])), members }
  } finally {
    await admin.disconnect()
  }
}

const askEveryMs = 500
const answerWithinMs = 8_000

export interface Visitor {
  /** Stops asking. How often everything was asked; rejects if anything was not answered as it should be. */
  leave(): Promise<number>
}

/** Somebody who keeps asking every service for its health, and the dashboard for its patients and its pipeline. */
export function visit({ services, dashboard }: FaultSystem): Visitor {
  const urls = [
    ...serviceNames.map((name) => `${services[name].health}/healthz`),
    `${dashboard}/api/patients`,
    `${dashboard}/api/pipeline`,
    `${dashboard}/`,
  ]
  let rounds = 0
  let isLeaving = false
  const visiting = (async () => {
    for (; !isLeaving; rounds++) {
      await Promise.all(
        urls.map(async (url) => {
          const answer = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) })
          assert.equal(answer.status, 200, `${url}: ${await answer.text()}`)
          await answer.arrayBuffer().catch(() => undefined)
        }),
      )
      await new Promise((resolve) => setTimeout(resolve, askEveryMs))
    }
  })()
  // Told when it leaves.
  visiting.catch(() => undefined)
  return {
    async leave() {
      isLeaving = true
      await visiting
      return rounds
    },
  }
}

const id = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}'
const ownKeys = new RegExp(
  `^health:(?:(?:partition|patients|cleared):\\d+|recent:\\d+:${id}|readings:\\d+:${id}:\\d+|seen:\\d+:${id}:(?:${id})?|days:(?:${id}|\\*)|batch|lines|meta|changes)$`,
)

/** Keys in Redis that are none of the views'. */
export async function foreignKeys({ env }: FaultSystem): Promise<string[]> {
  const redis = new Redis(env['REDIS_URL'] ?? '')
  try {
    return (await redis.keys('*')).filter((key) => !ownKeys.test(key))
  } finally {
    redis.disconnect()
  }
}

const ownPaths =
  /^(?:(?:kafka|redis)(?:\/.*)?|[a-z0-9-]+\.log|broker\.properties|data|lake|lake\/raw|lake\/raw\/date=\d{4}-\d\d-\d\d(?:\/health_stream-\d{3}-\d{20}\.csv)?|acknowledged\.base64)$/

/** What lies in the system's folder, and is neither the lake's nor Kafka's, Redis' or a log. Files under way do not count. */
export function foreignPaths({ folder }: FaultSystem): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(({ name }) => !name.endsWith('.tmp'))
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .filter((path) => !ownPaths.test(path))
}
