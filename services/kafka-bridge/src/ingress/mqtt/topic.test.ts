import { parseReading } from '@health/domain'
import { expect, test } from 'vitest'
import { aMessage } from '../../bridge.fixture.ts'
import { keyOf, readTopic } from './topic.ts'

test.each([
  ['health/data', { patientId: null }],
  ['health/p001/data', { patientId: 'p001' }],
  ['health/data/data', { patientId: 'data' }],
  ['health//data', null],
  ['health/../data', null],
  ['health/a b/data', null],
  ['health/p001/data/', null],
  ['health/p001/other', null],
  ['/health/data', null],
  ['$SYS/x', null],
  ['', null],
])('topic %s', (topic, read) => {
  expect(readTopic(topic, 'health/data')).toEqual(read)
})

test('the shared topic is a setting', () => {
  expect(readTopic('ward/7', 'ward/7')).toEqual({ patientId: null })
  expect(readTopic('health/data', 'ward/7')).toBeNull()
  expect(readTopic('health/p001/data', 'ward/7')).toEqual({ patientId: 'p001' })
})

const bytes = (message: unknown) => Buffer.from(JSON.stringify(message))

test.each([
  ['payload’s patient', null, aMessage(), 'p001'],
  ['topic’s patient', 'p007', { sensor_id: 's1', measured_at: 1.7e9, heart_rate_bpm: 60 }, 'p007'],
  ['sensor', null, { sensor_id: 's1', measured_at: 1.7e9, heart_rate_bpm: 60 }, 's1'],
  ['patient of a message that is no reading', null, { patient_id: 'p001' }, 'p001'],
  ['nobody, for an id that is none', null, aMessage({ patient_id: 'a/b' }), null],
  ['nobody, for what is no object', null, 5, null],
])('the key is the %s', (_name, patientId, message, key) => {
  expect(keyOf({ patientId }, bytes(message))).toBe(key)
})

test('for what is no JSON the key is the topic’s patient or none', () => {
  expect(keyOf({ patientId: 'p007' }, Buffer.from('{'))).toBe('p007')
  expect(keyOf({ patientId: null }, Buffer.from('{'))).toBeNull()
  expect(keyOf({ patientId: null }, Buffer.alloc(0))).toBeNull()
})

test('where topic and payload name two patients, the record is rejected as a mismatch', () => {
  const key = keyOf({ patientId: 'p007' }, bytes(aMessage()))
  expect(parseReading(bytes(aMessage()), Buffer.from(key ?? ''))).toMatchObject({
    kind: 'rejected',
    reason: 'patient_mismatch',
  })
})
