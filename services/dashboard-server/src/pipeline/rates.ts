// What the pipeline's numbers come to over time: rates, ages of what waits, latencies. Told the time, never asking for it.

/**
 * How many records there are in all, told again and again, to records a second over about the last ten seconds; `null`
 * while nobody knows, which is followed by a new beginning.
 */
export function createRate(windowMs = 10_000): (now: number, total: number | null) => number {
  let samples: { at: number; total: number }[] = []
  return (now, total) => {
    // Fewer than before: the log or the views were made anew.
    if (total === null || total < (samples.at(-1)?.total ?? 0)) samples = []
    if (total === null) return 0
    samples.push({ at: now, total })
    while ((samples[1]?.at ?? now) <= now - windowMs) samples.shift()
    const first = samples[0]
    return first === undefined || first.at === now ? 0 : (1000 * (total - first.total)) / (now - first.at)
  }
}

/** What is known of a consumer of one partition. */
export interface Progress {
  /** The offset after the newest record. */
  end: number
  /** The next offset to take. */
  position: number
  /** `received_at` of the newest record taken, epoch ms; 0 before the first. */
  receivedAt: number
}

const maxSamples = 1_000
const finestMs = 1_000

/**
 * How long (ms) the oldest record that waits has been waiting, to the second or so (a backlog of hours: to a thousandth):
 * since the log was first seen to end beyond it. Of what waited before anybody looked, the newest record that was taken
 * is all that is known.
 */
export function createBacklogAge(): (now: number, progress: Progress) => number {
  let ends: { at: number; end: number }[] = []
  let stepMs = finestMs
  let looked = false
  return (now, { end, position, receivedAt }) => {
    const last = ends.at(-1)
    if (end < (last?.end ?? 0)) ends = []
    else if (last !== undefined && now - last.at < stepMs) last.end = end
    else if (end > (last?.end ?? position)) ends.push({ at: looked || receivedAt === 0 ? now : receivedAt, end })
    looked = true
    ends = ends.filter((sample) => sample.end > position)
    if (ends.length === 0) stepMs = finestMs
    if (ends.length > maxSamples) {
      ends = inPairs(ends)
      stepMs *= 2
    }
    const oldest = ends[0]
    return oldest === undefined ? 0 : Math.max(0, now - oldest.at)
  }
}

const inPairs = (ends: readonly { at: number; end: number }[]) =>
  ends.flatMap(({ at, end }, i) => (i % 2 === 0 ? [{ at, end: ends[i + 1]?.end ?? end }] : []))

/**
 * How long (ms) the partition that has stood longest has not moved although records of it wait: one that is stuck must
 * show while the others go on.
 */
export function createStandstill(): (now: number, partitions: readonly { position: number; end: number }[]) => number {
  const known: { position: number; since: number }[] = []
  return (now, partitions) => {
    const idle = partitions.map(({ position, end }, i) => {
      const before = known[i]
      const since = before === undefined || before.position !== position || position >= end ? now : before.since
      known[i] = { position, since }
      return now - since
    })
    return Math.max(0, ...idle)
  }
}
