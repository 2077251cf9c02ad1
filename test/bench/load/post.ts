// Posts NDJSON as fast as it is acknowledged. `post.ts URL N PER_REQUEST CONCURRENT`
import { createLiveReadings } from '../data/readings.ts'
import { createPoster } from './poster.ts'
import { printResult } from './print-result.ts'
import { takeTurns } from './take-turns.ts'

const [url = '', ...numbers] = process.argv.slice(2)
const [count = 0, perRequest = 0, concurrent = 0] = numbers.map(Number)
const next = createLiveReadings(1000)
const at = Date.now()
const bodies = Array.from({ length: 50 }, () =>
  Buffer.from(Array.from({ length: perRequest }, () => next(at).json).join('\n')),
)
const post = createPoster(url)
const seconds = await takeTurns(Math.ceil(count / perRequest), concurrent, (n) =>
  post(bodies[n % bodies.length] ?? Buffer.alloc(0)),
)
printResult({ seconds, perSecond: count / seconds })
process.exit()
