import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levelOf } from '../clinical/classify.ts'
import { type ClassifiedSignal, defaultRules } from '../clinical/rules.ts'
import { propertyRuns } from '../testing/property-runs.ts'
import type { AlertAction } from './action.ts'
import { type Alert, noAlerts, type PatientAlerts } from './alert.ts'
import { type AlertingValue, applyAction, applyValue, isQuiet } from './machine.ts'

const start = Date.UTC(2026, 10, 24, 2)
const minute = 60_000

/** A patient of whom values come a minute apart, unless told otherwise. */
function aPatient(signal: ClassifiedSignal = 'glucoseMgdl') {
  const alerts = noAlerts()
  let offset = 0
  let now = start
  const told: string[] = []
  const note = (changed: Alert[]) => {
    for (const alert of changed) told.push(`${alert.direction} ${alert.changes.at(-1)?.kind}`)
  }
  return {
    alerts,
    told,
    get low() {
      return alerts.open[`${signal}.low`]
    },
    get high() {
      return alerts.open[`${signal}.high`]
    },
    values(values: number[], everyMs = minute) {
      for (const value of values) {
        now += everyMs
        const given = { patientId: 'p001', signal, value, measuredAt: now, receivedAt: now, offset: offset++ }
        note(applyValue(alerts, given, defaultRules))
      }
    },
    does(alert: Alert | undefined, action: { type: 'acknowledge' | 'note' } | { type: 'snooze'; minutes: number }) {
      const given = { patientId: 'p001', alertId: alert?.id ?? '', by: 'nurse', note: null, ...action } as AlertAction
      const changed = applyAction(alerts, given, now)
      offset++
      note(changed === null ? [] : [changed])
      return changed
    },
  }
}

describe('an alert is raised', () => {
  test('once for an excursion, named after the record that raised it', () => {
    const p = aPatient()
    p.values([100, 69, 68, 60])
    expect(p.told).toEqual(['low raised'])
    expect(p.low).toMatchObject({ id: 'p001:glucose:low:1', state: 'raised', severity: 'warning', worst: 60 })
  })

  test.each<[ClassifiedSignal, number, string | null]>([
    ['glucoseMgdl', 53, 'low critical'],
    ['glucoseMgdl', 54, 'low warning'],
    ['glucoseMgdl', 69, 'low warning'],
    ['glucoseMgdl', 70, null],
    ['glucoseMgdl', 180, null],
    ['glucoseMgdl', 181, 'high warning'],
    ['glucoseMgdl', 251, 'high critical'],
    ['heartRateBpm', 40, 'low critical'],
    ['heartRateBpm', 41, 'low warning'],
    ['heartRateBpm', 51, null],
    ['heartRateBpm', 111, 'high warning'],
    ['heartRateBpm', 131, 'high critical'],
  ])('by %s %d: %s', (signal, value, expected) => {
    const p = aPatient(signal)
    p.values([value])
    const [alert] = Object.values(p.alerts.open)
    expect(alert === undefined ? null : `${alert.direction} ${alert.severity}`).toBe(expected)
    if (alert !== undefined) expect(alert.id).toContain(signal === 'glucoseMgdl' ? ':glucose:' : ':heart_rate:')
  })

  test('of each direction and signal by itself', () => {
    const p = aPatient()
    p.values([300, 40])
    expect(p.told).toEqual(['high raised', 'low raised'])
  })
})

describe('an alert clears', () => {
  test('after three readings that are better by the margin', () => {
    const p = aPatient()
    p.values([65, 75, 75])
    expect(p.low?.state).toBe('raised')
    p.values([75])
    expect(p.low).toBeUndefined()
    expect(p.told).toEqual(['low raised', 'low cleared'])
  })

  test('or after five minutes of them', () => {
    const p = aPatient()
    p.values([65])
    p.values([75, 75], 5 * minute)
    expect(p.told).toEqual(['low raised', 'low cleared'])
  })

  test('not by values that flap at the limit', () => {
    const p = aPatient()
    p.values(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 69 : 74)))
    expect(p.told).toEqual(['low raised'])
  })

  test('when values run through to the other side, where another one is raised', () => {
    const p = aPatient()
    p.values([65, 190, 190, 190])
    expect(p.told).toEqual(['low raised', 'high raised', 'low cleared'])
  })

  test('while it was critical and nobody has acknowledged it, only then', () => {
    const p = aPatient()
    p.values([50, 100, 100, 100, 100])
    expect(p.low?.state).toBe('recovered')
    p.does(p.low, { type: 'acknowledge' })
    expect(p.low).toBeUndefined()
    expect(p.told).toEqual(['low raised', 'low recovered', 'low acknowledged'])
  })
})

describe('an alert is heard again', () => {
  test('when it gets worse, acknowledged or not', () => {
    const p = aPatient()
    p.values([65])
    p.does(p.low, { type: 'acknowledge' })
    expect(p.low?.state).toBe('acknowledged')
    p.values([60, 53])
    expect(p.low).toMatchObject({ state: 'raised', severity: 'critical', isLatched: true })
    expect(p.told).toEqual(['low raised', 'low acknowledged', 'low escalated'])
  })

  test('when it gets worse after it had eased, not while it flaps at the graver limit', () => {
    const p = aPatient()
    p.values([53])
    p.does(p.low, { type: 'acknowledge' })
    p.values([54, 53, 55, 53])
    expect(p.low?.state).toBe('acknowledged')
    p.values([60, 60, 60, 53])
    expect(p.told).toEqual(['low raised', 'low acknowledged', 'low eased', 'low escalated'])
    expect(p.low?.state).toBe('raised')
  })

  test('when it begins again before anybody has acknowledged that it recovered', () => {
    const p = aPatient()
    p.values([50, 100, 100, 100, 65])
    expect(p.told).toEqual(['low raised', 'low recovered', 'low relapsed'])
    expect(p.low).toMatchObject({ state: 'raised', severity: 'warning', isLatched: true })
  })
})

describe('what people do', () => {
  test('to a high never silences a low', () => {
    const p = aPatient()
    p.values([260])
    p.does(p.high, { type: 'acknowledge' })
    p.does(p.high, { type: 'snooze', minutes: 120 })
    p.values([53])
    expect(p.high?.state).toBe('acknowledged')
    expect(p.low?.state).toBe('raised')
    expect(p.alerts.snoozes['glucoseMgdl.low']).toBeUndefined()
  })

  test('a snooze holds for the next alert of its direction, until its end', () => {
    const p = aPatient()
    p.values([65])
    p.does(p.low, { type: 'snooze', minutes: 30 })
    p.values([100, 100, 100, 65])
    expect(p.alerts.snoozes['glucoseMgdl.low']).toMatchObject({ severity: 'warning' })
    p.values([100, 100, 100])
    p.values([65], 40 * minute)
    expect(p.alerts.snoozes['glucoseMgdl.low']).toBeUndefined()
  })

  test.each([
    ['while an alert is open', [53]],
    ['with the next alert', [100, 100, 100, 53]],
  ])('a snooze ends when it gets worse %s', (_, values) => {
    const p = aPatient()
    p.values([65])
    p.does(p.low, { type: 'snooze', minutes: 30 })
    p.values(values)
    expect(p.alerts.snoozes['glucoseMgdl.low']).toBeUndefined()
  })

  test('stays beside the alert: who, when, and what they noted', () => {
    const p = aPatient()
    p.values([50])
    const action = {
      type: 'acknowledge',
      patientId: 'p001',
      alertId: p.low?.id ?? '',
      by: 'mum',
      note: 'juice',
    } as const
    applyAction(p.alerts, action, start + 7)
    expect(p.low?.changes.at(-1)).toEqual({
      kind: 'acknowledged',
      at: start + 7,
      value: null,
      by: 'mum',
      note: 'juice',
    })
  })

  test('to an alert that is cleared changes nothing', () => {
    const p = aPatient()
    p.values([65])
    const gone = structuredClone(p.low)
    p.values([100, 100, 100, 65])
    expect(p.does(gone, { type: 'acknowledge' })).toBeNull()
    expect(p.low?.state).toBe('raised')
  })

  test('of thousands of changes the first and the newest are kept', () => {
    const p = aPatient()
    p.values([65])
    for (let i = 0; i < 1000; i++) p.does(p.low, { type: 'note' })
    p.does(p.low, { type: 'acknowledge' })
    expect(p.low?.changes.length).toBeLessThan(100)
    expect([p.low?.changes[0]?.kind, p.low?.changes.at(-1)?.kind]).toEqual(['raised', 'acknowledged'])
  })
})

type Step = { value: number; afterMs: number } | { type: AlertAction['type'] }
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ value: fc.integer({ min: 20, max: 400 }), afterMs: fc.integer({ min: 1, max: 10 * minute }) }),
  fc.record({ value: fc.constantFrom(52, 53, 54, 59, 69, 70, 75, 100), afterMs: fc.constantFrom(1000, minute) }),
  fc.record({ type: fc.constantFrom('acknowledge', 'note', 'snooze') }),
)

describe('whatever happens', () => {
  test('a critical value has an open critical alert, loud unless somebody acknowledged one as grave', () => {
    const property = fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const alerts = noAlerts()
      let at = start
      for (const [offset, step] of steps.entries()) {
        if ('type' in step) {
          const [alert] = Object.values(alerts.open)
          const action = { patientId: 'p', alertId: alert?.id ?? '', by: 'x', note: null, minutes: 60, type: step.type }
          applyAction(alerts, action as AlertAction, at)
        } else {
          at += step.afterMs
          const given = {
            patientId: 'p',
            signal: 'glucoseMgdl',
            value: step.value,
            measuredAt: at,
            receivedAt: at,
            offset,
          } as const
          const quiet = isQuiet(alerts, given.signal, given.value, defaultRules)
          const before = structuredClone(alerts)
          const told = applyValue(alerts, given, defaultRules)
          if (quiet) expect([told, alerts]).toEqual([[], before])
          expectCritical(alerts, given, before)
        }
        for (const alert of Object.values(alerts.open)) expect(alert.state).not.toBe('cleared')
      }
    })
    fc.assert(property, propertyRuns(500))
  })
})

function expectCritical(alerts: PatientAlerts, { value }: Pick<AlertingValue, 'value'>, before: PatientAlerts): void {
  const level = levelOf(value, defaultRules.glucoseMgdl)
  if (level !== 'very_low' && level !== 'very_high') return
  const subject = level === 'very_low' ? 'glucoseMgdl.low' : 'glucoseMgdl.high'
  const alert = alerts.open[subject]
  expect(alert?.severity).toBe('critical')
  const was = before.open[subject]
  const wasKnown = was?.state === 'acknowledged' && was.severity === 'critical'
  expect(alert?.state).toBe(wasKnown ? 'acknowledged' : 'raised')
}
