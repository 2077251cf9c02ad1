// Posts readings at a steady rate, whether or not the ones before are acknowledged; each says in `measured_at` when it was
// sent. `post-paced.ts URL PER_SECOND SECONDS PATIENTS`
import { setTimeout as pause } from 'node:timers/promises'
import { createLiveReadings } from '../data/readings.ts'
import { createPoster } from './poster.ts'
import { printResult } from './print-result.ts'

const [url = '', ...numbers] = process.argv.slice(2)
const [perSecond = 0, seconds = 0, patients = 0] = numbers.map(Number)
const ticksPerSecond = 100
const perTick = perSecond / ticksPerSecond
const next = createLiveReadings(patients)
const post = createPoster(url)

const sending: Promise<void>[] = []
let latestMs = 0
let lastTime = 0
const begun = performance.now()
for (let tick = 0; tick < seconds * ticksPerSecond; tick++) {
  const due = begun + (tick * 1000) / ticksPerSecond
  const early = due - performance.now()
  if (early > 0) await pause(early)
  // One patient's readings of one millisecond would count as one.
  while (Date.now() === lastTime) await pause(1)
  lastTime = Date.now()
  latestMs = Math.max(latestMs, performance.now() - due)
  sending.push(post(Buffer.from(Array.from({ length: perTick }, () => next(lastTime).json).join('\n'))))
}
await Promise.all(sending)
printResult({ sent: perTick * seconds * ticksPerSecond, latestMs })
process.exit()
