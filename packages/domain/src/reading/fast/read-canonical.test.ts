import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { anyReading } from '../../testing/arbitraries.ts'
import { aReading } from '../../testing/builders.ts'
import { propertyRuns } from '../../testing/property-runs.ts'
import { readReading } from '../parse.ts'
import { formatReading, type Reading } from '../reading.ts'
import { repeatsField } from '../repeated-fields.ts'
import { messageFields } from '../schema.ts'
import { readCanonical } from './read-canonical.ts'

const canonical = formatReading(aReading({ temperatureC: 36.6 }))

/** Reads a message, and the same one again after each of some longer ones: bytes of those must not change the result. */
function read(text: string): Reading | null {
  const message = Buffer.from(text)
  const reading = readCanonical(message)
  for (const behind of ['0', '"', ',"temperature_c":36.6}', ' '.repeat(20)]) {
    readCanonical(Buffer.from(text + behind))
    expect(readCanonical(message)).toEqual(reading)
  }
  return reading
}

/** What the fast path reads must be what the schema reads; it may decline anything. */
function expectAgreement(text: string): void {
  const reading = read(text)
  if (reading === null) return
  expect(repeatsField(text)).toBe(false)
  expect(readReading(JSON.parse(text), null)).toEqual({ kind: 'accepted', reading })
}

test('reads every canonical message', () => {
  fc.assert(
    fc.property(anyReading, (reading) => {
      expect(read(formatReading(reading))).toEqual(reading)
    }),
  )
})

test('reads what json.dumps of Python writes, with a space after comma and colon', () => {
  expect(read(canonical.replaceAll('":', '": ').replaceAll(',"', ', "'))).toEqual(aReading({ temperatureC: 36.6 }))
})

test('reads past unknown fields with plain values', () => {
  const text = canonical.replace('}', ',"a":1.5, "b": "[] {}","__proto__":null,"c":true,"a":-0,"d":false}')
  expect(read(text)).toEqual(aReading({ temperatureC: 36.6 }))
  expectAgreement(text)
})

const extra = fc
  .tuple(
    fc.oneof(fc.constantFrom(...messageFields, '__proto__', 'note'), fc.string({ maxLength: 8 })),
    fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('p001', '2026-11-24T02:00:00.000Z', 'mmol/L')),
  )
  .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)

test('agrees with the schema on messages with any further fields, anywhere', () => {
  fc.assert(
    fc.property(anyReading, extra, fc.nat(), (reading, member, at) => {
      const members = formatReading(reading).slice(1, -1).split(',')
      members.splice(at % (members.length + 1), 0, member)
      expectAgreement(`{${members.join(',')}}`)
    }),
    propertyRuns(500),
  )
})

/** One to three characters put in, taken out or exchanged. */
const mutation = fc.array(
  fc.record({
    at: fc.nat(),
    removed: fc.integer({ min: 0, max: 3 }),
    added: fc.oneof(
      fc.constantFrom(
        ...'0123456789-+.eE"\\{}[],: /\n\t\u0000TZ_ap',
        'null',
        ',"patient_id":"p2"',
        '\\u0041',
        '\ud83d\ude00',
      ),
      fc.constant(''),
    ),
  }),
  { minLength: 1, maxLength: 3 },
)

test('agrees with the schema on messages with characters changed', () => {
  fc.assert(
    fc.property(anyReading, mutation, (reading, changes) => {
      let text = formatReading(reading)
      for (const { at, removed, added } of changes) {
        const start = at % (text.length + 1)
        text = text.slice(0, start) + added + text.slice(start + removed)
      }
      expectAgreement(text)
    }),
    propertyRuns(4000),
  )
})

test.each([
  ['another order', '{"measured_at":"2026-11-24T02:00:00.000Z","patient_id":"p001","heart_rate_bpm":72}'],
  ['another form of time', canonical.replace('.000Z', 'Z')],
  ['a day that there is not', canonical.replace('11-24', '11-31')],
  ['a field twice', canonical.replace('}', ',"glucose_mgdl":50}')],
  ['another name of a signal', canonical.replace('}', ',"glucose_level":50}')],
  ['a unit', canonical.replace('}', ',"glucose_unit":"mmol/L"}')],
  ['an escape', canonical.replace('}', ',"patient\\u005fid":"p002"}')],
  ['a number out of range', canonical.replace('123.4', '1e999')],
  ['letters beyond ASCII', canonical.replace('}', ',"note":"é"}')],
  ['a leading zero', canonical.replace('72', '072')],
  ['no signal', '{"patient_id":"p001","measured_at":"2026-11-24T02:00:00.000Z"}'],
])('leaves %s to the schema', (_name, text) => {
  expect(read(text)).toBeNull()
})

test('leaves a message of great length to the schema', () => {
  expect(read(canonical.replace('}', `,"note":"${'n'.repeat(3000)}"}`))).not.toBeNull()
  expect(read(canonical.replace('}', `,"note":"${'n'.repeat(5000)}"}`))).toBeNull()
})

test('knows no date before it has read one', async () => {
  vi.resetModules()
  const { readCanonical } = await import('./read-canonical.ts')
  expect(readCanonical(Buffer.from(canonical.replace('2026-11-24', '0000-00-00')))).toBeNull()
})

test('never reads beyond the end of what was cut off', () => {
  for (let length = 0; length < canonical.length; length++) {
    // Of the whole message something may lie about.
    expect(read(canonical)).not.toBeNull()
    expect(read(canonical.slice(0, length))).toBeNull()
  }
})

test.each([
  ['1234e-1', 123.4],
  ['1.234E+2', 123.4],
  ['123.40000000000001', 123.40000000000001],
  ['-0', -0],
  ['1234567890123456', 1234567890123456],
])('reads the number %s', (number, glucoseMgdl) => {
  expect(read(canonical.replace('123.4', number))?.glucoseMgdl).toBe(glucoseMgdl)
})

test('gives the same text for the same id, also where many share a place', () => {
  // About 1,600 of these share an index of the table of 262,144 with another one.
  const ids = Array.from({ length: 30_000 }, (_, n) => `P${n}`)
  for (const patientId of [...ids, ...ids]) {
    expect(readCanonical(Buffer.from(formatReading(aReading({ patientId }))))?.patientId).toBe(patientId)
  }
})
