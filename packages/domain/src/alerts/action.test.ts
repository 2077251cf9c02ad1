import { expect, test } from 'vitest'
import { parseReadingText } from '../reading/parse.ts'
import { type AlertActionMessage, formatAction, parseAction } from './action.ts'

const common = { patient_id: 'p001', alert_id: 'p001:glucose:low:7', by: 'mum', note: null }
const actions: AlertActionMessage[] = [
  { type: 'acknowledge', ...common },
  { type: 'snooze', minutes: 30, ...common },
  { type: 'note', ...common, note: 'juice, 15 g' },
]

test.each(actions)('$type is read as it was written', (action) => {
  const text = formatAction(action)
  const { patient_id: patientId, alert_id: alertId, ...rest } = action
  expect(parseAction(text, 'p001')).toEqual({ patientId, alertId, ...rest })
  expect(parseAction(text, 'p002')).toBeNull()
})

test.each(actions)('$type is no reading, and falls on no day', (action) => {
  expect(parseReadingText(formatAction(action), 'p001')).toMatchObject({ kind: 'rejected', measuredAt: null })
})

test.each([
  { patient_id: 'p001', measured_at: '2026-11-24T02:00:00.000Z', glucose_mgdl: 50 },
  { ...actions[0], type: 'sgv' },
  { ...actions[0], glucose_mgdl: 50 },
  { ...actions[1], minutes: 100_000 },
  { ...actions[2], note: ' ' },
  null,
])('anything else is none: %j', (message) => {
  expect(parseAction(JSON.stringify(message), null)).toBeNull()
})

test('nor is text that is no JSON', () => {
  expect(parseAction('{', null)).toBeNull()
})
