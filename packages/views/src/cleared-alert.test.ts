import type { AlertSnapshot } from '@health/domain'
import { expect, test } from 'vitest'
import { decodeClearedAlert, encodeClearedAlert } from './cleared-alert.ts'

const raisedAt = Date.UTC(2026, 10, 24, 2)
const alert: AlertSnapshot = {
  id: 'p001:heart_rate:high:7',
  patientId: 'p001',
  signal: 'heartRateBpm',
  direction: 'high',
  state: 'cleared',
  severity: 'warning',
  isLatched: false,
  worst: 140,
  snoozedUntil: raisedAt + 60_000,
  revision: 2,
  changes: [
    { kind: 'raised', at: raisedAt, value: 140, by: null, note: null },
    { kind: 'acknowledged', at: raisedAt + 1000, value: null, by: 'nurse', note: 'seen' },
  ],
}

test('a cleared alert is read back as it was stored', () => {
  expect(decodeClearedAlert(encodeClearedAlert(alert))).toEqual(alert)
})

test('a cleared alert of the release before, stored as a row, is read', () => {
  const row =
    '{"id":"p001:heart_rate:high:7","patient_id":"p001","signal":"heart_rate","direction":"high","state":"cleared",' +
    '"severity":"warning","latched":false,"worst":140,"snoozed_until":"2026-11-24T02:01:00.000Z","revision":2,"changes":[' +
    '{"kind":"raised","value":140,"by":null,"note":null,"at":"2026-11-24T02:00:00.000Z"},' +
    '{"kind":"acknowledged","value":null,"by":"nurse","note":"seen","at":"2026-11-24T02:00:01.000Z"}]}'
  expect(decodeClearedAlert(row)).toEqual(alert)
})
