import { expect, test } from 'vitest'
import { repeatingReading } from './repeated-fields.ts'

test.each([
  ['one field', '{"patient_id":"a","patient_id":"b"}', 0],
  ['with blanks', '{ "glucose_mgdl" : 1 , "glucose_mgdl" : 1 }', 0],
  ['by an escape', '{"patient_id":"a","patient\\u005fid":"b"}', 0],
  ['in the second of an array', '[{"patient_id":"a"},{"patient_id":"b","patient_id":"c"}]', 1],
  ['behind items that are no readings', ' [1,"x",[1,2],{"a":{"b":[1,2]}},{"timestamp":1,"timestamp":2}]', 4],
  ['beside what looks like it in a text', '{"note":"{\\"patient_id\\":","timestamp":1,"timestamp":2}', 0],
])('a field named twice is found: %s', (_name, text, reading) => {
  expect(JSON.parse(text)).toBeDefined()
  expect(repeatingReading(text)).toBe(reading)
})

test.each([
  ['each once', '{"patient_id":"a","sensor_id":"b"}'],
  ['unknown fields', '{"x":1,"x":2,"patient_id":"a"}'],
  ['a name as a value', '{"sensor_id":"patient_id","patient_id":"a"}'],
  ['a name deeper down', '{"patient_id":"a","raw":{"patient_id":"b"},"list":[{"patient_id":"c"},{"patient_id":"d"}]}'],
  ['a name in a text', '{"patient_id":"a","note":"\\"patient_id\\":1,"}'],
  ['one in each of an array', '[{"patient_id":"a"},{"patient_id":"b"}]'],
  ['an array in an array', '[[{"patient_id":"a"},{"patient_id":"b"}]]'],
  ['no object', '5'],
])('nothing is repeated: %s', (_name, text) => {
  expect(repeatingReading(text)).toBeNull()
})
