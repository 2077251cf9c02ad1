// Browsers that measure: how old is a reading, and a patient's row, when it is here? `measured_at` says when it was sent.
// `watch.ts URL BROWSERS PATIENTS READINGS WARM_UP`: patient 0 … in turn, one per browser, or `*` where PATIENTS is 0. Ends when
// READINGS readings are here, of which the first WARM_UP are not counted, or when no more come.
import type { ClientEvents, ServerEvents } from '@health/api'
import { io, type Socket } from 'socket.io-client'
import { patientId } from '../data/readings.ts'
import { percentile } from '../statistics.ts'
import { printResult } from './print-result.ts'

const [url = '', ...numbers] = process.argv.slice(2)
const [browsers = 0, patients = 0, readings = 0, warmUp = 0] = numbers.map(Number)
const silenceMs = 10_000
/** How often each patient sends where rows are measured. */
const everyMs = 1000

const ofReadings: number[] = []
const ofRows: number[] = []
let seen = 0
const done = Promise.withResolvers<void>()
let silence: NodeJS.Timeout | undefined
const age = (time: string): number => (Date.now() - Date.parse(time)) / 1000

async function open(n: number): Promise<void> {
  const socket: Socket<ServerEvents, ClientEvents> = io(url, { transports: ['websocket'], forceNew: true })
  socket.on('reading', ({ measured_at }) => {
    clearTimeout(silence)
    silence = setTimeout(done.resolve, silenceMs)
    if (++seen > warmUp) ofReadings.push(age(measured_at))
    if (seen === readings) done.resolve()
  })
  const shown = new Map<string, number>()
  socket.on('patients', (changed) => {
    const now = Date.now()
    for (const { patient_id, latest } of changed) {
      const newest = Date.parse(latest.measured_at)
      const before = shown.get(patient_id) ?? newest
      shown.set(patient_id, newest)
      if (seen <= warmUp) continue
      // The row stands for the readings that it has overtaken as well: they were not to be seen until now.
      const overtaken = Math.round((newest - before) / everyMs)
      for (let i = 0; i < overtaken; i++) ofRows.push((now - newest + i * everyMs) / 1000)
    }
  })
  await new Promise<void>((resolve) => {
    socket.once('snapshot', () => {
      socket.emit('watch', { patient_id: patients === 0 ? '*' : patientId(n % patients) }, resolve)
    })
  })
}

for (let n = 0; n < browsers; n++) await open(n)
process.stdout.write('READY\n')
await done.promise
const figures = (name: string, ages: number[]) => {
  const sorted = Float64Array.from(ages).sort()
  const at = [50, 99, 99.9].map((p) => [`${name}P${String(p).replace('.', '')}`, percentile(sorted, p)])
  return { ...Object.fromEntries(at), [`${name}Count`]: sorted.length }
}
printResult({ missed: readings - seen, ...figures('reading', ofReadings), ...figures('row', ofRows) })
process.exit()
