// Folds portions of the lake one after the other, or several at a time in threads.
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type FoldedPortion, foldPortion, type Portion } from './fold-portion.ts'
import type { FoldReply } from './fold-thread.ts'
import { LakeFileDamaged } from './read-file.ts'

/** What each portion came to, in their order; in so many threads, or with one in this. Throws as `foldPortion` does. */
export async function* foldPortions(portions: readonly Portion[], threads: number): AsyncGenerator<FoldedPortion> {
  if (threads > 1) yield* foldInThreads(portions, threads)
  else {
    for (const portion of portions) {
      // Others have their turn between two portions.
      await setImmediate()
      yield foldPortion(portion)
    }
  }
}

async function* foldInThreads(portions: readonly Portion[], threads: number): AsyncGenerator<FoldedPortion> {
  const results = portions.map(() => Promise.withResolvers<FoldedPortion>())
  // Nobody waits any more for what comes behind a failure.
  for (const { promise } of results) promise.catch(() => {})
  const waiting = portions.entries()
  const workers = Array.from(
    { length: Math.min(threads, portions.length) },
    () => new Worker(new URL('./fold-thread.ts', import.meta.url)),
  )
  for (const worker of workers) void serve(worker, waiting, results)
  try {
    for (const { promise } of results) yield await promise
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** Has a thread fold one waiting portion after the other, until none is left or one fails. */
async function serve(
  worker: Worker,
  waiting: Iterator<[number, Portion]> & Iterable<[number, Portion]>,
  results: readonly PromiseWithResolvers<FoldedPortion>[],
): Promise<void> {
  for (const [i, portion] of waiting) {
    try {
      worker.postMessage(portion)
      const [reply] = (await once(worker, 'message')) as [FoldReply]
      if ('damaged' in reply) throw new LakeFileDamaged(reply.damaged)
      results[i]?.resolve(reply)
    } catch (error) {
      results[i]?.reject(error)
      return
    }
  }
}
