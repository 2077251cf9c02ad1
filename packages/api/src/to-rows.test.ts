import { statuses } from '@health/domain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparePatients, type RankedRow } from './to-rows.ts'

const aPatient = (patient: Partial<RankedRow> = {}): RankedRow => ({
  patient_id: 'p001',
  status: 'NORMAL',
  stale: false,
  since: '2026-11-24T02:00:00.000Z',
  ...patient,
})

const idsInOrder = (patients: RankedRow[]) => patients.toSorted(comparePatients).map((patient) => patient.patient_id)

test('the gravest status comes first, and a stale normal before a normal', () => {
  const patients = [
    aPatient({ patient_id: 'normal' }),
    aPatient({ patient_id: 'stale', stale: true }),
    aPatient({ patient_id: 'warning', status: 'WARNING' }),
    aPatient({ patient_id: 'high', status: 'CRITICAL_HIGH' }),
    aPatient({ patient_id: 'low', status: 'CRITICAL_LOW' }),
  ]
  expect(idsInOrder(patients)).toEqual(['low', 'high', 'warning', 'stale', 'normal'])
})

test('staleness moves nobody who is not normal', () => {
  const fresh = aPatient({ patient_id: 'a', status: 'WARNING' })
  const stale = aPatient({ patient_id: 'b', status: 'WARNING', stale: true })
  expect(idsInOrder([stale, fresh])).toEqual(['a', 'b'])
})

test('of two in the same state the longer in it comes first, then the lower id', () => {
  const early = aPatient({ patient_id: 'z', since: '2026-11-24T01:59:59.999Z' })
  expect(idsInOrder([aPatient({ patient_id: 'b' }), aPatient({ patient_id: 'a' }), early])).toEqual(['z', 'a', 'b'])
})

test('the order is total: a list sorts the same from whatever beginning', () => {
  const patient = fc.record({
    patient_id: fc.stringMatching(/^p\d{1,3}$/),
    status: fc.constantFrom(...statuses),
    stale: fc.boolean(),
    since: fc.constantFrom('2026-11-24T01:00:00.000Z', '2026-11-24T02:00:00.000Z'),
  })
  const patients = fc.uniqueArray(patient, { selector: (p) => p.patient_id })
  fc.assert(
    fc.property(patients, (list) => {
      expect(list.toReversed().sort(comparePatients)).toEqual(list.toSorted(comparePatients))
    }),
  )
})
