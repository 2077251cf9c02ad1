// A process for embedded.test.ts: makes steps on the views of a folder.
import { openEmbeddedViews } from './embedded-views.ts'

const [folder = '', name = '', steps = ''] = process.argv.slice(2)
const store = openEmbeddedViews(folder)
for (let i = 0; i < Number(steps); i++) {
  await store.step(
    [],
    [
      { op: 'add', key: 'shared', field: 'n', by: 1 },
      { op: 'tell', change: `${name} ${i}` },
    ],
  )
}
await store.close()
