// GET /api/dead-letters: the newest of what was dropped, why, where it came from, and the beginning of its bytes.
import type { DeadLetterRow } from '@health/api'
import type { DropReason } from '@health/domain'
import { type DeadLetter, type EventLog, LogUnavailable, readNewestDeadLetters } from '@health/log'
import { sendProblem } from '@health/runtime'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { parseQuery } from './questions.ts'

const maxLetters = 100
const shownBytes = 2048

const question = z.strictObject({
  limit: z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .default('20')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= maxLetters, `must be from 1 to ${maxLetters}`),
})

/** Answers `?limit=N` (1 … 100, else 20) with rows, newest first; 503 while the log is away. */
export function answerDeadLetters({ log, topic }: { log: EventLog; topic: string }): RequestHandler {
  /** One read at a time, shared by whoever asks meanwhile: on Kafka each takes seconds and a consumer a partition. */
  let underWay: Promise<DeadLetter[]> | null = null
  const readNewest = (): Promise<DeadLetter[]> => {
    underWay ??= readNewestDeadLetters(log, topic, maxLetters).finally(() => {
      underWay = null
    })
    return underWay
  }
  return async (request, response) => {
    const asked = parseQuery(question, request, response)
    if (asked === null) return
    try {
      response.json((await readNewest()).slice(0, asked.limit).map(deadLetterRow))
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error
      const detail = `${error.message} Ask again in a moment; GET /api/pipeline tells when it is back.`
      sendProblem(response, { status: 503, title: 'The log is unavailable', detail })
    }
  }
}

export function deadLetterRow({ id, receivedAt, reasons, key, value, omittedBytes }: DeadLetter): DeadLetterRow {
  const [partition, offset] = id.split(':').map(Number)
  const shown = value.subarray(0, shownBytes)
  const text = textOf(shown)
  return {
    partition: partition ?? 0,
    offset: offset ?? 0,
    received_at: receivedAt,
    reasons: reasons as DropReason[],
    patient_id: key,
    text,
    base64: text === null ? Buffer.from(shown).toString('base64') : null,
    bytes: value.length + omittedBytes,
  }
}

/** `null` where it is no UTF-8. A character that the cut went through is left out. */
function textOf(bytes: Uint8Array): string | null {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return decoder.decode(bytes, { stream: bytes.length === shownBytes })
  } catch {
    return null
  }
}
