// Tells V8 to make every object among the young ones.
import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

/**
 * Where many objects of a kind have lived long, V8 makes all later ones among those that stay. Of a batch's records that is
 * the wrong guess: they live for milliseconds, only longer than the next small collections, and to clear up after it took a
 * sixth of the speed layer's time. To be called once everything is loaded: what V8 has compiled ahead, for itself and for
 * us, it takes under the same flags only.
 */
export function keepObjectsYoung(): void {
  flushCompileCache()
  setFlagsFromString('--no-allocation-site-pretenuring')
}
