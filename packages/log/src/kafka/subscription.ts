// A subscription to Kafka: one member of the group after another, for as long as it is wanted.
import type { Logger } from '@health/runtime'
import type { Consumer, Subscription } from '../log.ts'
import { createCommitter } from '../shared/committer.ts'
import { pauseAfter, untilCalled, within } from '../shared/waiting.ts'
import { createAssignment } from './assignment.ts'
import { type Member, type MemberOptions, startMember } from './member.ts'

/** How long leaving the group may take; Kafka then finds out by itself. */
const leaveWithinMs = 5000

/** The pause grows with the failures up to this many, 0.8 s: records wait for the next attempt. */
const pausesUpTo = 4

interface KafkaSubscriptionOptions extends Omit<MemberOptions, 'assignment' | 'onJoined' | 'onRebalancing'> {
  brokers: readonly string[]
  /** Resolves when the topic is there; rejects with `TopicMismatch`. */
  ready: Promise<void>
  /** Called when Kafka failed: other connections to it are hardly better. */
  onBroken(): void
  consumer: Consumer
  logger: Logger
}

/** Starts consuming as soon as Kafka has the topic. */
export function subscribeToKafka(options: KafkaSubscriptionOptions): Subscription {
  const { brokers, ready, onBroken, consumer, logger, ...membership } = options
  const server = `Kafka at ${brokers.join(', ')}`
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => undefined)
  const stopping = new AbortController()
  const stopped = untilCalled(() => undefined, stopping.signal)
  const assignment = createAssignment({ consumer, logger, onFailure: giveUp })
  let member: Member | null = null
  let trouble: string | null = server
  let failures = 0
  const committer = createCommitter(async (offsets) => {
    if (member === null) throw new Error('no member to commit')
    await member.commit(offsets)
  })

  async function run(): Promise<void> {
    await Promise.race([ready, stopped])
    while (!stopping.signal.aborted) {
      member = startMember({ ...membership, assignment, onJoined, onRebalancing: () => void committer.flush() })
      try {
        await Promise.race([member.broken, stopped])
      } catch (error) {
        noteBreak(error)
        onBroken()
        assignment.revoke()
        void member.leave()
        member = null
        await pauseAfter(Math.min(failures, pausesUpTo), stopping.signal)
      }
    }
    await assignment.stop()
    await consumer.onStopped?.()
    await committer.close()
    if (member !== null) await within(leaveWithinMs, member.leave(), () => new Error('late')).catch(() => undefined)
  }

  function onJoined(): void {
    if (failures > 0) logger.info('The subscription goes on')
    failures = 0
    trouble = null
  }

  function noteBreak(error: unknown): void {
    failures += 1
    trouble = `${server}: ${error instanceof Error ? error.message : error}`
    if (failures === 1) logger.warn({ err: error }, 'The subscription is broken; it is tried again until Kafka answers')
  }

  function giveUp(error: unknown): void {
    fail(error)
    stopping.abort()
  }

  const running = run().catch(giveUp)
  return {
    commit: committer.commit,
    restart: assignment.restart,
    waitingFor: () => trouble ?? assignment.waitingFor(),
    failed,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
