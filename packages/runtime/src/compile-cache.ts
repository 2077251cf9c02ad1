// To be imported before anything else, and the rest by `await import`: what Node has compiled and stripped of its types once
// it reads back at the next start, which halves the time until the first line of a service or of `pnpm run batch` runs. The
// files lie in the project, where nobody else may write; where this process may not either, as in a container, it starts
// without.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/compile', import.meta.url)))
