// Calendar days in a time zone: which day a moment belongs to. Days of 23 and 25 hours come out right.

/** From `from` (epoch ms) on, local time is UTC plus `offsetMs`, until the next one. */
interface UtcOffset {
  from: number
  offsetMs: number
}

const dayMs = 86_400_000

/** The offsets of `zone` between two moments, first one valid at `fromMs`; what days are computed from. */
export function utcOffsets(zone: string, fromMs: number, toMs: number): UtcOffset[] {
  const offsetAt = createOffsetAt(zone)
  // Clocks change at whole seconds.
  const start = Math.floor(fromMs / 1000) * 1000
  const end = Math.ceil(toMs / 1000) * 1000
  const offsets: UtcOffset[] = [{ from: start, offsetMs: offsetAt(start) }]
  for (let low = start; low < end; low += dayMs) {
    const high = Math.min(low + dayMs, end)
    if (offsetAt(high) !== offsetAt(low)) offsets.push(firstChange(offsetAt, low, high))
  }
  return offsets
}

/** A calendar day as far as one offset from UTC reaches: from `from` up to, not including, `to` (epoch ms). */
export interface DaySpan {
  /** `2026-11-24` */
  date: string
  from: number
  to: number
}

/** The date (`2026-11-24`) of a moment (epoch ms) in `zone`; as cheap to call as `createDaySpanOf`. */
export function createDayOf(zone: string): (ms: number) => string {
  const spanOf = createDaySpanOf(zone)
  return (ms) => spanOf(ms).date
}

/**
 * The day around a moment (epoch ms) in `zone`. Cheap to call: offsets are looked up once a year of data, and moments of the
 * same day as the one before are only compared.
 */
export function createDaySpanOf(zone: string): (ms: number) => DaySpan {
  const years = yearsIn(zone)
  let last: DaySpan = { date: '', from: Number.NaN, to: Number.NaN }
  return (ms) => {
    if (ms >= last.from && ms < last.to) return last
    const year = new Date(ms).getUTCFullYear()
    const end = Date.UTC(year + 1, 0, 1)
    let offsets = years.get(year)
    if (offsets === undefined) {
      offsets = utcOffsets(zone, Date.UTC(year, 0, 1), end)
      years.set(year, offsets)
    }
    const offset = offsetIn(offsets, ms, end)
    const day = Math.floor((ms + offset.offsetMs) / dayMs)
    last = {
      date: new Date(day * dayMs).toISOString().slice(0, -'T00:00:00.000Z'.length),
      from: Math.max(day * dayMs - offset.offsetMs, offset.from),
      to: Math.min((day + 1) * dayMs - offset.offsetMs, offset.to),
    }
    return last
  }
}

/** Zone → year → its offsets: to find them takes milliseconds. */
const known = new Map<string, Map<number, UtcOffset[]>>()

function yearsIn(zone: string): Map<number, UtcOffset[]> {
  const years = known.get(zone) ?? new Map<number, UtcOffset[]>()
  known.set(zone, years)
  return years
}

/** The offset at `ms`, and until when it holds: the end of the `offsets` at the latest. */
function offsetIn(offsets: UtcOffset[], ms: number, end: number): UtcOffset & { to: number } {
  let to = end
  for (let i = offsets.length - 1; i > 0; i--) {
    const offset = offsets[i]
    if (offset === undefined) continue
    if (ms >= offset.from) return { ...offset, to }
    to = offset.from
  }
  return { from: ms, offsetMs: 0, ...offsets[0], to }
}

function firstChange(offsetAt: (ms: number) => number, low: number, high: number): UtcOffset {
  const before = offsetAt(low)
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    if (offsetAt(middle) === before) low = middle
    else high = middle
  }
  return { from: high, offsetMs: offsetAt(high) }
}

function createOffsetAt(zone: string): (ms: number) => number {
  if (zone === 'UTC') return () => 0
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (ms) => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(ms)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000
  }
}
