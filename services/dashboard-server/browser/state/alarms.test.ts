import type { AlertChangeRow } from '@health/api'
import { describe, expect, test } from 'vitest'
import { isSnoozed, lastAlarm, loudAlerts, mergeAlerts, unheard } from './alarms.ts'
import { after, anAlert, noon } from './sample-rows.ts'

const aChange = (kind: AlertChangeRow['kind'], seconds = 0): AlertChangeRow => ({
  kind,
  at: after(seconds),
  value: null,
  by: null,
  note: null,
})

describe('alerts stand', () => {
  test('with what nobody knows of first, the gravest of it before the rest, and what is cleared last', () => {
    const rows = [
      anAlert({ id: 'cleared', state: 'cleared', severity: 'critical' }),
      anAlert({ id: 'acknowledged', state: 'acknowledged', severity: 'critical' }),
      anAlert({ id: 'recovered', state: 'recovered' }),
      anAlert({ id: 'warning' }),
      anAlert({ id: 'high', severity: 'critical', direction: 'high' }),
      anAlert({ id: 'low', severity: 'critical' }),
    ]
    const order = ['low', 'high', 'warning', 'recovered', 'acknowledged', 'cleared']
    expect(mergeAlerts([], rows).map(({ id }) => id)).toEqual(order)
  })

  test('each once, as they were told last, also when that came before an older word', () => {
    const raised = anAlert({ revision: 1 })
    const acknowledged = anAlert({ revision: 2, state: 'acknowledged' })
    expect(mergeAlerts([raised], [acknowledged])).toEqual([acknowledged])
    expect(mergeAlerts([acknowledged], [raised])).toEqual([acknowledged])
  })

  test('all of them while they are open, and a hundred that are cleared', () => {
    const many = (state: 'raised' | 'cleared') =>
      Array.from({ length: 300 }, (_, i) => anAlert({ id: `${state}${i}`, state }))
    expect(mergeAlerts(many('raised'), many('cleared'))).toHaveLength(400)
  })
})

describe('an alert makes a noise', () => {
  test('until somebody says that they know', () => {
    const states = (['raised', 'acknowledged', 'recovered', 'cleared'] as const).map((state) =>
      anAlert({ id: state, state }),
    )
    expect(loudAlerts(states, noon).map(({ id }) => id)).toEqual(['raised'])
  })

  test('not while it is snoozed, and again after that, without a word from the server', () => {
    const alert = anAlert({ snoozed_until: after(60) })
    expect([isSnoozed(alert, noon), loudAlerts([alert], noon)]).toEqual([true, []])
    expect(loudAlerts([alert], noon + 60_000)).toEqual([alert])
  })

  test('once for each change that matters, however often the page is loaded', () => {
    const raised = anAlert({ revision: 1, changes: [aChange('raised')] })
    expect(unheard([raised], new Map())).toEqual([raised])
    const heard = new Map([[raised.id, lastAlarm(raised)]])
    expect(unheard([raised], heard)).toEqual([])
    const noted = anAlert({ revision: 2, changes: [aChange('raised'), aChange('noted')] })
    expect(unheard([noted], heard)).toEqual([])
    const escalated = anAlert({ revision: 3, changes: [aChange('raised'), aChange('noted'), aChange('escalated')] })
    expect(unheard([escalated], heard)).toEqual([escalated])
  })

  test('also where older changes are not kept any more', () => {
    const changes = [aChange('raised'), aChange('escalated'), aChange('noted')]
    expect(lastAlarm({ changes, revision: 90 })).toBe(89)
  })
})
