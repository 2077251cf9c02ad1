import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyReading } from '../testing/arbitraries.ts'
import { aReading } from '../testing/builders.ts'
import { decodeKey, maxReadingBytes, parseReading, parseReadingText, readReading } from './parse.ts'
import { formatReading, type Reading } from './reading.ts'

const encoder = new TextEncoder()
const parse = (message: unknown, key: string | null = null) =>
  parseReading(
    encoder.encode(typeof message === 'string' ? message : JSON.stringify(message)),
    key === null ? null : encoder.encode(key),
  )
const readingOf = (message: unknown, key: string | null = null): Reading | null => {
  const parsed = parse(message, key)
  return parsed.kind === 'accepted' ? parsed.reading : null
}
const aMessage = (changes: Record<string, unknown> = {}) => ({ ...JSON.parse(formatReading(aReading())), ...changes })
const refusalOf = (message: unknown, key: string | null = null) => {
  const parsed = parse(message, key)
  return parsed.kind === 'rejected' ? { reason: parsed.reason, path: parsed.issues[0]?.path } : null
}

describe('forms that are taken', () => {
  test('the canonical form, back and forth for any reading', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        const text = formatReading(reading)
        expect(parseReading(encoder.encode(text), encoder.encode(reading.patientId))).toEqual({
          kind: 'accepted',
          reading,
        })
        // The schema alone, without the fast path, reads the same.
        expect(readReading(JSON.parse(text), null)).toEqual({ kind: 'accepted', reading })
      }),
    )
  })

  test('the example of the contract', () => {
    const text =
      '{"patient_id":"p001","sensor_id":"cgm-001","measured_at":"2026-11-24T02:00:00.000Z","glucose_mgdl":123.4,"heart_rate_bpm":72,"temperature_c":36.6}'
    expect(readingOf(text)).toEqual(aReading({ temperatureC: 36.6 }))
    expect(formatReading(aReading({ temperatureC: 36.6 }))).toBe(text)
  })

  test('the original Python sensor’s message: its sensor serves as the patient', () => {
    const text =
      '{"sensor_id": "sensor_001", "timestamp": 1700000000.123, "heart_rate": 72, "glucose_level": 110, "temperature": 36.6}'
    expect(readingOf(text)).toEqual({
      patientId: 'sensor_001',
      sensorId: 'sensor_001',
      measuredAt: 1_700_000_000_123,
      glucoseMgdl: 110,
      heartRateBpm: 72,
      temperatureC: 36.6,
    })
  })

  test.each([
    [10, 180],
    [6.1, 110],
    [3, 54],
    [2.9, 52],
    [3.9, 70],
    [3.8, 68],
    [13.9, 250],
    [14, 252],
  ])('%d mmol/L is %d mg/dL', (glucose, mgdl) => {
    const message = aMessage({ glucose_mgdl: undefined, glucose, glucose_unit: 'mmol/L' })
    expect(readingOf(message)?.glucoseMgdl).toBe(mgdl)
  })

  test('mg/dL beside glucose are kept as they are', () => {
    expect(readingOf(aMessage({ glucose_mgdl: null, glucose: 110.4, glucose_unit: 'mg/dL' }))?.glucoseMgdl).toBe(110.4)
  })

  test('a unit without glucose says nothing', () => {
    const message = {
      patient_id: 'p001',
      measured_at: 1.7e9,
      glucose: null,
      glucose_unit: 'mmol/L',
      heart_rate_bpm: 60,
    }
    expect(readingOf(message)).toMatchObject({ glucoseMgdl: null, heartRateBpm: 60 })
  })

  test('null stands for absent, and unknown fields are ignored', () => {
    const nested = { a: [1, { patient_id: 'other' }], text: '\u0000\u202e<img onerror>' }
    expect(readingOf(aMessage({ temperature_c: null, timestamp: null, nested }))).toEqual(aReading())
  })

  test('−0 is a number; whether it is plausible is judged later', () => {
    expect(readingOf('{"patient_id":"p001","measured_at":1700000000,"heart_rate_bpm":-0}')?.heartRateBpm).toBe(-0)
  })
})

describe('whom a message is about', () => {
  const nobody = { measured_at: 1_700_000_000, heart_rate_bpm: 60 }

  test.each([
    ['the patient it names', { patient_id: 'p1', sensor_id: 's1' }, null, 'p1'],
    ['the patient it names, as addressed', { patient_id: 'p1', sensor_id: 's1' }, 'p1', 'p1'],
    ['the one it is addressed to', { sensor_id: 's1' }, 'p7', 'p7'],
    ['the one it is addressed to, without a sensor', {}, 'p7', 'p7'],
    ['its sensor', { sensor_id: 's1' }, null, 's1'],
    ['someone called constructor', { patient_id: 'constructor' }, null, 'constructor'],
    ['an id of 64 characters', { patient_id: 'x'.repeat(64) }, null, 'x'.repeat(64)],
  ])('%s', (_name, ids, key, patientId) => {
    expect(readingOf({ ...nobody, ...ids }, key)?.patientId).toBe(patientId)
  })

  test('a patient other than the addressed one is a mismatch, in any form and on nobody’s day', () => {
    for (const message of [aMessage(), aMessage({ timestamp: 1.7e9 })]) {
      expect(parse(message, 'p002')).toMatchObject({
        kind: 'rejected',
        reason: 'patient_mismatch',
        issues: [{ path: 'patient_id', message: 'is p001, but the record is addressed to p002' }],
        patientId: null,
      })
    }
  })

  test.each([
    ['nobody', nobody, null],
    ['an address that is no id', { ...nobody, sensor_id: 's1' }, '../x'],
  ])('%s is refused', (_name, message, key) => {
    expect(refusalOf(message, key)).toEqual({ reason: 'not_a_reading', path: 'patient_id' })
  })

  test.each([
    '',
    '..',
    '.',
    'a/b',
    '_a',
    '-a',
    '__proto__',
    'a b',
    'a\n',
    'a\u0000',
    'é',
    'x'.repeat(65),
    'x'.repeat(10_240),
    5,
    {},
  ])('the id %j is refused, of a patient as of a sensor', (id) => {
    expect(refusalOf(aMessage({ patient_id: id }))).toEqual({ reason: 'not_a_reading', path: 'patient_id' })
    expect(refusalOf(aMessage({ sensor_id: id }))).toEqual({ reason: 'not_a_reading', path: 'sensor_id' })
  })
})

describe('what is refused', () => {
  test.each([
    ['NaN', '{"patient_id":"p001","measured_at":1700000000,"glucose_mgdl":NaN}', 'invalid_json', ''],
    ['Infinity', '{"patient_id":"p001","measured_at":1700000000,"glucose_mgdl":Infinity}', 'invalid_json', ''],
    ['1e999', `${formatReading(aReading()).replace('123.4', '1e999')}`, 'not_a_reading', 'glucose_mgdl'],
    ['a number as text', aMessage({ glucose_mgdl: '5' }), 'not_a_reading', 'glucose_mgdl'],
    ['a truth', aMessage({ heart_rate_bpm: true }), 'not_a_reading', 'heart_rate_bpm'],
    ['no unit', aMessage({ glucose_mgdl: null, glucose: 6.1 }), 'not_a_reading', 'glucose_unit'],
    ['another unit', aMessage({ glucose: 6.1, glucose_unit: 'mmol' }), 'not_a_reading', 'glucose_unit'],
    ['mmol/L beside mg/dL', aMessage({ glucose_mgdl: 25, glucose_unit: 'mmol/L' }), 'not_a_reading', 'glucose_unit'],
    ['mmol/L beyond numbers', aMessage({ glucose: 1e308, glucose_unit: 'mmol/L' }), 'not_a_reading', 'glucose'],
    ['no time', aMessage({ measured_at: null }), 'not_a_reading', 'measured_at'],
    ['30 February', aMessage({ measured_at: '2026-02-30T00:00:00.000Z' }), 'not_a_reading', 'measured_at'],
    ['no signal', aMessage({ glucose_mgdl: null, heart_rate_bpm: null }), 'not_a_reading', ''],
    ['a number', '5', 'not_a_reading', ''],
    ['null', 'null', 'not_a_reading', ''],
    ['an array', '[]', 'not_a_reading', ''],
    ['a field twice', formatReading(aReading()).replace('}', ',"patient_id":"p002"}'), 'not_a_reading', ''],
    ['fields of a prototype', `{"__proto__":${formatReading(aReading())}}`, 'not_a_reading', 'measured_at'],
    ['half a message', '{"patient_id":"p001"', 'invalid_json', ''],
    ['two messages', `${formatReading(aReading())}${formatReading(aReading())}`, 'invalid_json', ''],
    ['a byte order mark', `\ufeff${formatReading(aReading())}`, 'invalid_json', ''],
    ['blanks', ' \n', 'invalid_json', ''],
  ])('%s', (_name, message, reason, path) => {
    expect(refusalOf(message)).toEqual({ reason, path })
  })

  test('nothing, and what is no UTF-8', () => {
    expect(parseReading(null, encoder.encode('p001'))).toMatchObject({ reason: 'empty' })
    expect(parseReading(new Uint8Array(), encoder.encode('p001'))).toMatchObject({ reason: 'empty' })
    const broken = encoder.encode(formatReading(aReading({ sensorId: 'x' })))
    broken[broken.indexOf(0x78)] = 0xff
    expect(parseReading(broken, encoder.encode('p001'))).toMatchObject({ kind: 'rejected', reason: 'invalid_utf8' })
  })

  test('more than 64 KiB', () => {
    const padded = (length: number) => {
      const text = formatReading(aReading()).replace('}', ',"note":""}')
      return text.replace('""', `"${'x'.repeat(length - text.length)}"`)
    }
    expect(readingOf(padded(maxReadingBytes))).toEqual(aReading())
    expect(refusalOf(padded(maxReadingBytes + 1))).toEqual({ reason: 'too_large', path: '' })
  })

  test('a pollution of prototypes changes nothing', () => {
    const text = formatReading(aReading()).replace('}', ',"__proto__":{"heart_rate_bpm":1,"polluted":1}}')
    expect(readingOf(text)).toEqual(aReading())
    expect('polluted' in {}).toBe(false)
  })
})

test('what can be read of a refused message is told, so that it counts on its day', () => {
  const { patientId, sensorId, measuredAt } = aReading()
  expect(parse(aMessage({ glucose_mgdl: 'x' }))).toMatchObject({ patientId, sensorId, measuredAt })
  expect(parse(aMessage({ glucose_mgdl: 'x', patient_id: undefined }), 'p007')).toMatchObject({ patientId: 'p007' })
  expect(parse(aMessage({ glucose_mgdl: 'x', patient_id: undefined }))).toMatchObject({ patientId: sensorId })
  expect(parse(aMessage({ glucose_mgdl: 'x' }), 'p007')).toMatchObject({ patientId: null })
  expect(parse(aMessage({ patient_id: '../x' }))).toMatchObject({ patientId: null, sensorId, measuredAt })
  expect(parse(aMessage({ measured_at: 'x' }))).toMatchObject({ patientId, measuredAt: null })
  expect(parse('[1]')).toMatchObject({ patientId: null, sensorId: null, measuredAt: null })
})

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((json) => encoder.encode(json)),
)

test('never throws, whatever the bytes are', () => {
  fc.assert(
    fc.property(anyBytes, fc.option(fc.uint8Array()), (bytes, key) => {
      expect(['accepted', 'rejected']).toContain(parseReading(bytes, key).kind)
    }),
  )
  const deep = 30_000
  expect(parseReadingText('['.repeat(deep) + ']'.repeat(deep), null)).toMatchObject({ reason: 'not_a_reading' })
})

test.each([
  ['short', 'p001'],
  ['as long as the log takes it', 'k'.repeat(900_000)],
  ['beyond ASCII', 'pasién \u0000'],
])('a key is read whatever it is: %s', (_name, key) => {
  expect(decodeKey(encoder.encode(key))).toBe(key)
})

test('a field with a name as long as a message allows says nothing', () => {
  const name = 'x'.repeat(60_000)
  expect(parse({ patient_id: 'p001', measured_at: 1_700_000_000_000, glucose_mgdl: 100, [name]: 1 })).toMatchObject({
    kind: 'accepted',
  })
})
