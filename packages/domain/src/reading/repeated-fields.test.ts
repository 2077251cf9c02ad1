import { expect, test } from 'vitest'
import { repeatsField } from './repeated-fields.ts'

test.each([
  ['one field', '{"patient_id":"a","patient_id":"b"}'],
  ['with blanks', '{ "glucose_mgdl" : 1 , "glucose_mgdl" : 1 }'],
  ['by an escape', '{"patient_id":"a","patient\\u005fid":"b"}'],
  ['beside what looks like it in a text', '{"note":"{\\"patient_id\\":","timestamp":1,"timestamp":2}'],
])('a field named twice is found: %s', (_name, text) => {
  expect(JSON.parse(text)).toBeDefined()
  expect(repeatsField(text)).toBe(true)
})

test.each([
  ['each once', '{"patient_id":"a","sensor_id":"b"}'],
  ['unknown fields', '{"x":1,"x":2,"patient_id":"a"}'],
  ['a name as a value', '{"sensor_id":"patient_id","patient_id":"a"}'],
  ['a name deeper down', '{"patient_id":"a","raw":{"patient_id":"b"},"list":[{"patient_id":"c"},{"patient_id":"d"}]}'],
  ['a name in a text', '{"patient_id":"a","note":"\\"patient_id\\":1,"}'],
  ['no object', '5'],
])('nothing is repeated: %s', (_name, text) => {
  expect(repeatsField(text)).toBe(false)
})
