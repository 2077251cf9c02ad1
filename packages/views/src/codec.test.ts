import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeChange, encodeChange, type RecentReading, type ViewChange } from './codec.ts'

const year2100 = Date.UTC(2100, 0, 1)
const value = fc.option(fc.double({ min: 0, max: 1000, noNaN: true }))
const reading: fc.Arbitrary<RecentReading> = fc.record({
  measuredAt: fc.nat(year2100),
  receivedAt: fc.nat(year2100),
  glucoseMgdl: value,
  heartRateBpm: value,
  temperatureC: value,
})

test('a change is read back as it was told, the readings of each patient in their order', () => {
  const told = fc.array(fc.tuple(fc.constantFrom('p001', 'p002', '7'), reading))
  const property = fc.property(told, fc.nat(year2100), (readings, at) => {
    const change: ViewChange = { kind: 'applied', partition: 3, at, patients: {}, readings, alerts: [], dropped: [] }
    const decoded = decodeChange(encodeChange(change))
    expect({ ...decoded, readings: null }).toEqual({ ...change, readings: null })
    const byPatient = (some: readonly [string, RecentReading][]) => Map.groupBy(some, ([patientId]) => patientId)
    expect(decoded.kind === 'applied' && byPatient(decoded.readings)).toEqual(byPatient(readings))
  })
  fc.assert(property)
})

test('what a speed layer of before tells does no harm', () => {
  const told = '{"kind":"applied","partition":0,"at":5,"patients":{},"readings":[["p001",[1,2,3,4,5]]],"alerts":[]}'
  expect(decodeChange(told)).toMatchObject({ kind: 'applied', at: 5, readings: [], dropped: [] })
})
