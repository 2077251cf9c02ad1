// What every backend of the log guarantees, as tests that each of them passes.
import { describe } from 'vitest'
import { describeAppending } from './appending.ts'
import { describeAsking } from './asking.ts'
import { describeConsuming } from './consuming.ts'
import { createLogWorld, type OpenedLog } from './world.ts'

export { contractTopicPrefix, type OpenedLog } from './world.ts'

/** Declares the tests for the backend `name`. `open` is called once; topics and groups are new in every test. */
export function describeLog(name: string, open: () => Promise<OpenedLog>): void {
  describe(`the log on ${name}`, () => {
    const { begin } = createLogWorld(open)
    describeAppending(begin)
    describeConsuming(begin)
    describeAsking(begin)
  })
}
