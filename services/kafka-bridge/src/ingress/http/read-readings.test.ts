import { maxReadingBytes } from '@health/domain'
import { expect, test } from 'vitest'
import { aMessage, textsOf } from '../../bridge.fixture.ts'
import { type BodyFormat, readReadings } from './read-readings.ts'

const read = (text: string | Buffer, format: BodyFormat = 'json') => readReadings(Buffer.from(text), format)
const recordsOf = (text: string, format: BodyFormat = 'json') => {
  const result = read(text, format)
  return result.kind === 'accepted' ? textsOf(result.records) : result.errors
}
const errorsOf = (text: string | Buffer, format: BodyFormat = 'json') => {
  const result = read(text, format)
  return result.kind === 'refused' ? result.errors : []
}
const one = JSON.stringify(aMessage())
const other = JSON.stringify(aMessage({ patient_id: 'p002' }))

test('keeps the bytes of a single object, blanks and order of fields included', () => {
  const body = ' {"glucose_mgdl": 1.10e2, "x":1, "x":2,\n "measured_at":1700000000.5, "patient_id":"p001"}\n'
  expect(recordsOf(body)).toEqual([`p001: ${body}`])
})

test('keeps the bytes of NDJSON lines without their ends; blank lines are no readings', () => {
  expect(recordsOf(`\r\n${one}\r\n \n\n ${other} \n`, 'ndjson')).toEqual([`p001: ${one}`, `p002:  ${other} `])
  expect(recordsOf(`${one}\n${other}`, 'ndjson')).toEqual([`p001: ${one}`, `p002: ${other}`])
})

test('keeps the bytes of the items of an array, numbers beyond JavaScript’s included', () => {
  const exact = '{"patient_id":"p002", "measured_at":1e9, "heart_rate_bpm":72.0, "serial":12345678901234567890}'
  expect(recordsOf(`\n[ ${one} , ${exact}]`)).toEqual([`p001: ${one}`, `p002: ${exact}`])
})

test('takes the original Python sensor and mmol/L, keyed by sensor where no patient is named', () => {
  const python =
    '{"sensor_id":"sensor_001","timestamp":1700000000.123,"heart_rate":72,"glucose_level":110,"temperature":36.6}'
  const mmol = '{"patient_id":"x","measured_at":1700000000,"glucose":6.1,"glucose_unit":"mmol/L"}'
  expect(recordsOf(`${python}\n${mmol}`, 'ndjson')).toEqual([`sensor_001: ${python}`, `x: ${mmol}`])
})

test('takes what is implausible: that is judged later', () => {
  expect(recordsOf('{"patient_id":"x","measured_at":1700000000,"heart_rate_bpm":-5}')).toHaveLength(1)
})

test.each<[string, BodyFormat, string]>([
  ['nothing', 'json', ''],
  ['blanks', 'ndjson', ' \n\r\n'],
  ['an empty array', 'json', '[]'],
  ['a number', 'json', '5'],
  ['null', 'json', 'null'],
  ['broken JSON', 'json', '{"patient_id"'],
  ['a broken array', 'json', '[{}'],
  ['two objects', 'json', `${one}${one}`],
  ['a byte order mark', 'json', `\ufeff${one}`],
])('refuses %s', (_name, format, body) => {
  expect(errorsOf(body, format)).toEqual([{ index: 0, path: '', message: expect.any(String) }])
})

test.each(['json', 'ndjson'] as const)('names the faulty readings and their fields (%s)', (format) => {
  const messages = [one, '{"patient_id":"p1","measured_at":"yesterday","glucose_mgdl":"5"}', '{"patient_id":"../x"}']
  const body = format === 'json' ? `[${messages.join()}]` : messages.join('\n')
  const found = errorsOf(body, format).map(({ index, path }) => `${index} ${path}`)
  expect(found).toEqual(expect.arrayContaining(['1 measured_at', '1 glucose_mgdl', '2 patient_id']))
  expect(found.some((error) => error.startsWith('0'))).toBe(false)
})

test.each<[string, BodyFormat, number]>([
  ['an object', 'json', 0],
  ['a line', 'ndjson', 1],
  ['an item of an array', 'json', 2],
])('refuses %s that names a field twice: parsers disagree on whose reading it is', (_name, format, index) => {
  const twice = one.replace('}', ',"patient_id":"p002"}')
  const body = { 0: twice, 1: `${one}\n${twice}`, 2: `[${one},${other},${twice}]` }[index] ?? ''
  expect(errorsOf(body, format)).toEqual([{ index, path: '', message: 'names a field twice' }])
})

test('refuses invalid UTF-8', () => {
  const broken = Buffer.concat([Buffer.from('[{"patient_id":"'), Buffer.of(0xff), Buffer.from('"}]')])
  expect(errorsOf(broken)[0]?.message).toBe('is not UTF-8')
  expect(errorsOf(broken.subarray(1), 'ndjson')[0]?.message).toBe('is not UTF-8')
})

test('a reading may have 64 KiB and not a byte more', () => {
  const padded = (length: number) => {
    const empty = JSON.stringify(aMessage({ note: '' }))
    return JSON.stringify(aMessage({ note: 'x'.repeat(length - empty.length) }))
  }
  const longest = padded(maxReadingBytes)
  const tooLong = padded(maxReadingBytes + 1)
  expect(recordsOf(longest)).toEqual([`p001: ${longest}`])
  expect(recordsOf(`[${one},${longest}]`)).toHaveLength(2)
  for (const [body, format, index] of [
    [tooLong, 'json', 0],
    [`[${one},${tooLong}]`, 'json', 1],
    [`${one}\n${tooLong}`, 'ndjson', 1],
  ] as const) {
    expect(errorsOf(body, format)).toEqual([{ index, path: '', message: 'is longer than 65536 bytes' }])
  }
})

test('takes an item however deep its unknown fields go', () => {
  const depth = 20_000
  const deep = JSON.stringify(aMessage()).replace('}', `,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`)
  expect(recordsOf(`[${one},${deep}]`)).toEqual([`p001: ${one}`, `p001: ${deep}`])
})

test('tells a bounded number of errors', () => {
  expect(errorsOf('{}\n'.repeat(10_000), 'ndjson')).toHaveLength(100)
})

test('a hostile name is a name', () => {
  expect(errorsOf('{"patient_id":"__proto__","measured_at":1700000000,"heart_rate_bpm":60}')[0]?.path).toBe(
    'patient_id',
  )
  const polluting = '{"patient_id":"x","measured_at":1700000000,"heart_rate_bpm":60,"__proto__":{"a":1}}'
  expect(recordsOf(`[${polluting}]`)).toEqual([`x: ${polluting}`])
})
