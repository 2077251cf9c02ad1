// The arguments of `pnpm bench`.
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError } from '@health/runtime'

export interface BenchOptions {
  quick: boolean
  /** The number of rounds. */
  pairs: number
  only: readonly string[]
  /** The peer's folder; `null`: measure without a peer. */
  peer: string | null
  /** The folder of data kept between runs. */
  state: string
  /** The JSON file to write; `null`: none. */
  out: string | null
}

const usage = 'Usage: pnpm bench [--quick] [--pairs N] [--only WORK]… [--peer DIR] [--state DIR] [--out FILE.json]'

/** The help of `pnpm bench`, for the works of these names. */
export const helpOf = (works: readonly string[]): string => `${usage}

Measures each work side by side with what it is compared with, and prints a table. Needs eval "$(.ci/real-parts install)".

  --quick      little data and one round, to see that everything runs; its figures say nothing
  --pairs N    how many rounds; unset: 5
  --only WORK  only this work; may be given more than once
  --peer DIR   measures a peer in this folder as well
  --state DIR  where data are kept between runs
  --out FILE   writes the figures as JSON, beside those of earlier runs on the same machine
  --help       prints this

Works: ${works.join(', ')}`

/** Throws a `ConfigError` that names the wrong one. */
export function readOptions(args: readonly string[], works: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      // pnpm passes on the `--` that separates its own options.
      args: args.filter((arg) => arg !== '--'),
      options: {
        quick: { type: 'boolean', default: false },
        pairs: { type: 'string' },
        only: { type: 'string', multiple: true, default: [...works] },
        peer: { type: 'string' },
        state: { type: 'string', default: join(tmpdir(), 'health-bench') },
        out: { type: 'string' },
      },
    })
    const { quick, only, peer, state, out } = values
    const pairs = Number(values.pairs ?? (quick ? 1 : 5))
    if (!Number.isInteger(pairs) || pairs < 1) throw new Error('--pairs must be a number from 1 on.')
    const unknown = only.find((name) => !works.includes(name))
    if (unknown !== undefined) throw new Error(`--only is ${unknown}, but must be one of ${works.join(', ')}.`)
    const full = (path: string | undefined) => (path === undefined ? null : resolve(path))
    return { quick, pairs, only, peer: full(peer), state: resolve(state), out: full(out) }
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${usage}`, { cause: error })
  }
}
