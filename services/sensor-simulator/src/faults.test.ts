import { parseReading, validateReading } from '@health/domain'
import { aReading } from '@health/domain/testing'
import { expect, test } from 'vitest'
import { devicesOf, type Measurement } from './devices.ts'
import { createTransmission, type FaultKind, faultKinds, type Outgoing } from './faults.ts'

const start = aReading().measuredAt
const sample = { glucoseMgdl: 123, heartRateBpm: 72, temperatureC: 36.6 }

/** `count` rounds of the devices of patient `index` on a line that spoils the share `rate`, with what was meant. */
function transmit(index: number, rate: number, count: number, seed = 1) {
  const devices = devicesOf(index)
  const send = createTransmission(rate, seed)
  const sent: { message: Outgoing; measurement: Measurement }[] = []
  for (let i = 0; i < count; i++) {
    for (const measurement of devices(sample, start + i * 1000, i)) {
      for (const message of send(measurement)) sent.push({ message, measurement })
    }
  }
  return sent
}

const judge = ({ payload }: Outgoing, receivedAt: number) =>
  validateReading(parseReading(Buffer.from(payload), null), receivedAt)

const judged = {
  negative_heart_rate: ['implausible_heart_rate'],
  impossible_glucose: ['implausible_glucose'],
  broken_json: ['invalid_json'],
  missing_field: ['not_a_reading'],
  future_time: ['measured_in_future'],
  duplicate: [],
  late: [],
} as const satisfies Record<FaultKind, readonly string[]>

test.each([
  ['one sensor', 0],
  ['a sensor in mmol/L', 1],
  ['CGM and watch', 3],
  ['the original sensor', 4],
])('every kind of fault occurs and is judged as what it is: %s', (_name, index) => {
  const sent = transmit(index, 1, 500)
  expect(new Set(sent.map(({ message }) => message.fault ?? 'duplicate'))).toEqual(new Set(faultKinds))
  for (const { message, measurement } of sent) {
    const { dropped } = judge(message, measurement.reading.measuredAt)
    expect(dropped, message.payload).toEqual(message.fault === null ? [] : judged[message.fault])
  }
})

test('a negative heart rate leaves the message’s glucose good, an impossible glucose its heart rate', () => {
  const spoilt = transmit(0, 1, 200)
  const kept = (fault: FaultKind) =>
    spoilt.filter(({ message }) => message.fault === fault).map(({ message }) => judge(message, start + 1_000_000))
  for (const verdict of kept('negative_heart_rate')) {
    expect(verdict).toMatchObject({ kind: 'valid', reading: { glucoseMgdl: 123, heartRateBpm: null } })
  }
  for (const verdict of kept('impossible_glucose')) {
    expect(verdict).toMatchObject({ kind: 'valid', reading: { glucoseMgdl: null, heartRateBpm: 72 } })
  }
})

test('a duplicate is the message before it, once more', () => {
  const sent = transmit(0, 1, 200).map(({ message }) => message)
  const duplicates = [...sent.keys()].filter((i) => sent[i]?.fault === 'duplicate')
  expect(duplicates.length).toBeGreaterThan(0)
  for (const i of duplicates) expect(sent[i]?.payload).toBe(sent[i - 1]?.payload)
})

test('a late message comes behind the next one, however many are late, and nothing else is moved', () => {
  const sent = transmit(0, 0.3, 2000)
  const timeOf = ({ payload }: Outgoing) => Date.parse(JSON.parse(payload).measured_at)
  let late = 0
  for (const [i, { message, measurement }] of sent.entries()) {
    if (message.fault === null) expect(timeOf(message)).toBe(measurement.reading.measuredAt)
    if (message.fault !== 'late') continue
    late++
    expect(timeOf(message)).toBeLessThan(measurement.reading.measuredAt)
    expect(sent[i - 1]?.measurement).toBe(measurement)
  }
  expect(late).toBeGreaterThan(50)
})

test('the share of faults is the one asked for', () => {
  const faultsOf = (rate: number) => transmit(0, rate, 20_000).filter(({ message }) => message.fault !== null).length
  expect(faultsOf(0)).toBe(0)
  expect(faultsOf(0.01)).toBeGreaterThan(150)
  expect(faultsOf(0.01)).toBeLessThan(250)
})
