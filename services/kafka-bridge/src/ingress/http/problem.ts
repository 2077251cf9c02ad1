// What senders are told when something is not taken.
import type { Problem } from '@health/runtime'

/** What a sender is told. After a 503 it is not known what is stored; sent again, a reading counts once. */
export const problems = {
  invalid: {
    status: 400,
    title: 'Not what is taken here',
    detail: 'Nothing was stored. `errors` names the readings, counted from 0, and what is wrong with them.',
  },
  origin: {
    status: 403,
    title: 'Not for web pages',
    detail: 'Readings come from devices and uploaders. A request with an Origin header comes from a page in a browser.',
  },
  not_found: { status: 404, title: 'Not found', detail: 'Readings are taken at POST /readings.' },
  method: { status: 405, title: 'Method not allowed', detail: 'Readings are taken at POST /readings.' },
  too_large: { status: 413, title: 'Too large', detail: 'A request may have up to 1 MiB. Send the readings in parts.' },
  media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'Send application/json or application/x-ndjson, not compressed.',
  },
  failed: { status: 500, title: 'Internal error', detail: 'The log of kafka-bridge says more.' },
  overloaded: { status: 503, title: 'Too busy', detail: 'Send the same again in a moment.' },
  log_unavailable: { status: 503, title: 'The log is unavailable', detail: 'Send the same again in a moment.' },
} as const satisfies Record<string, Problem>
