// Folds portions of the lake one after the other in this thread, or several at a time in threads of their own.
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { LakeFileDamaged } from '../local/read-file.ts'
import { type FoldedPortion, foldPortion, type Portion } from './fold-portion.ts'
import type { FoldReply } from './fold-thread.ts'

export interface FoldOptions {
  /** 0: this thread, which does nothing else during a portion. */
  threads: number
  /** Ends it; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** What each portion came to, in their order. Throws as `foldPortion` does. */
export async function* foldPortions(
  portions: readonly Portion[],
  { threads, signal }: FoldOptions,
): AsyncGenerator<FoldedPortion> {
  if (threads > 0) yield* foldInThreads(portions, Math.min(threads, portions.length), signal)
  else {
    for (const portion of portions) {
      // Others have their turn between two portions.
      await setImmediate()
      signal?.throwIfAborted()
      yield foldPortion(portion)
    }
  }
}

/** So many portions are given to each thread: the one it works on, and the next. Those after wait for the caller. */
const askedAtOnce = 2

async function* foldInThreads(
  portions: readonly Portion[],
  threads: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<FoldedPortion> {
  const workers = Array.from({ length: threads }, () => createFoldThread(signal))
  const asked: Promise<FoldedPortion>[] = []
  try {
    for (const [i, portion] of portions.entries()) {
      const first = asked.length === askedAtOnce * threads ? asked.shift() : undefined
      if (first !== undefined) yield await first
      const worker = workers[i % threads]
      if (worker !== undefined) asked.push(worker.fold(portion))
    }
    for (const folded of asked) yield await folded
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()))
  }
}

function createFoldThread(signal: AbortSignal | undefined) {
  const worker = new Worker(new URL('./fold-thread.ts', import.meta.url))
  let before: Promise<unknown> = Promise.resolve()

  async function ask(portion: Portion): Promise<FoldedPortion> {
    signal?.throwIfAborted()
    worker.postMessage(portion)
    const replied = once(worker, 'message', signal ? { signal } : {}).catch((error) => {
      signal?.throwIfAborted()
      throw error
    })
    const [reply] = (await replied) as [FoldReply]
    if ('damaged' in reply) throw new LakeFileDamaged(reply.damaged)
    return reply
  }

  return {
    /** Folds it when those given before are done; where one of them fails, so do all behind it. */
    fold(portion: Portion): Promise<FoldedPortion> {
      const folded = before.then(() => ask(portion))
      // Nobody waits any more for what comes behind a failure.
      folded.catch(() => {})
      before = folded
      return folded
    },
    stop: () => worker.terminate(),
  }
}
