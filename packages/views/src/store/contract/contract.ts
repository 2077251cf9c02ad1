// The contract of the views: what every backend must do alike. The tests of each backend run it.
import { afterEach, beforeEach, describe } from 'vitest'
import type { ViewStore } from '../store.ts'
import type { Handles } from './handles.ts'
import { describeOperations } from './operations.ts'
import { describeSteps } from './steps.ts'
import { describeWatching } from './watching.ts'

/** Declares the suite for a backend. Each call of `open` gives another handle on one store, whose content is deleted. */
export function describeViews(name: string, open: () => Promise<ViewStore>): void {
  describe(name, () => {
    const opened: ViewStore[] = []
    const handles: Handles = {
      get store() {
        const [store] = opened
        if (store === undefined) throw new Error('The store is open during a test only')
        return store
      },
      async another() {
        const store = await open()
        opened.push(store)
        return store
      },
    }

    beforeEach(async () => {
      const store = await handles.another()
      await store.clear()
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()))
    })

    describeOperations(handles)
    describeSteps(handles)
    describeWatching(handles)
  })
}
