// A thread that folds portions of the lake for `foldPortions`: one message in, one out.
import '@health/runtime/compile-cache'
import { parentPort } from 'node:worker_threads'
import type { FoldedPortion, Portion } from './fold-portion.ts'

const { foldPortion } = await import('./fold-portion.ts')
const { LakeFileDamaged } = await import('../local/read-file.ts')

/** What a thread answers: errors lose their class on the way. */
export type FoldReply = FoldedPortion | { damaged: string }

parentPort?.on('message', (portion: Portion) => {
  parentPort?.postMessage(fold(portion))
})

function fold(portion: Portion): FoldReply {
  try {
    return foldPortion(portion)
  } catch (error) {
    if (error instanceof LakeFileDamaged) return { damaged: error.message }
    throw error
  }
}
