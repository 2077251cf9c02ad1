// What the benchmark is made of: works, each done by contenders in turn, ours and those that it is compared with.
import type { Peer } from '../peer.ts'
import type { Sizes } from '../sizes.ts'
import type { BenchSystem } from '../system.ts'

/** What a contender measured in one round, in seconds, bytes, and so many a second. */
export type Figures = Readonly<Record<string, number>>

export interface Contender {
  name: string
  run(): Promise<Figures>
}

export interface Bench {
  system: BenchSystem
  sizes: Sizes
  /** `null` where the peer is not there. */
  peer: Peer | null
  /** The folder of data that is kept between runs. */
  state: string
  say(sentence: string): void
}

export interface Work {
  name: string
  /** Makes the data, unmeasured, and names who is to be measured, in the order of a round. */
  prepare(bench: Bench): Promise<Contender[]>
}
