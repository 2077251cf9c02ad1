// Which alerts want looking at, in which order, and which of them make a noise.
import type { AlertChangeRow, AlertRow } from '@health/api'

/** Cleared ones beyond this number are forgotten. */
const keptCleared = 100

/** What is shown, with newer rows in place of older ones of the same alert. */
export function mergeAlerts(held: readonly AlertRow[], added: readonly AlertRow[]): AlertRow[] {
  const byId = new Map(held.map((alert) => [alert.id, alert]))
  for (const alert of added) {
    const known = byId.get(alert.id)
    if (known === undefined || known.revision <= alert.revision) byId.set(alert.id, alert)
  }
  const sorted = [...byId.values()].sort(compareAlerts)
  return [...sorted.filter(isOpen), ...sorted.filter((alert) => !isOpen(alert)).slice(0, keptCleared)]
}

export const isOpen = ({ state }: Pick<AlertRow, 'state'>): boolean => state !== 'cleared'

/** Nobody has said that they know: raised ones first, critical before warning, low before high, the newest of them first. */
export const compareAlerts = (a: AlertRow, b: AlertRow): number =>
  urgency(a) - urgency(b) || compareTexts(newestChange(b).at, newestChange(a).at) || compareTexts(a.id, b.id)

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const standing = { raised: 0, recovered: 1, acknowledged: 2, cleared: 3 } as const

function urgency({ state, severity, direction }: AlertRow): number {
  if (state === 'cleared') return 4 * standing.cleared
  return 4 * standing[state] + (severity === 'critical' ? 0 : 2) + (direction === 'low' ? 0 : 1)
}

const nothing: AlertChangeRow = { kind: 'raised', at: '', value: null, by: null, note: null }
export const newestChange = ({ changes }: Pick<AlertRow, 'changes'>): AlertChangeRow => changes.at(-1) ?? nothing
/** How it was raised. */
export const firstChange = ({ changes }: Pick<AlertRow, 'changes'>): AlertChangeRow => changes[0] ?? nothing

/** Whether it is snoozed at `now`, epoch ms. */
export const isSnoozed = ({ snoozed_until }: Pick<AlertRow, 'snoozed_until'>, now: number): boolean =>
  snoozed_until !== null && Date.parse(snoozed_until) > now

/** The alerts that make a noise at `now`: nobody has said that they know, and nobody wanted quiet. */
export const loudAlerts = (alerts: readonly AlertRow[], now: number): AlertRow[] =>
  alerts.filter((alert) => alert.state === 'raised' && !isSnoozed(alert, now))

/** Of the loud ones, those with a change that was not heard of before: `heard` is id → revision. */
export const unheard = (loud: readonly AlertRow[], heard: ReadonlyMap<string, number>): AlertRow[] =>
  loud.filter((alert) => lastAlarm(alert) > (heard.get(alert.id) ?? 0))

const alarming = new Set<AlertChangeRow['kind']>(['raised', 'escalated', 'relapsed'])

/** The revision of the newest change that wants to be heard; notes and the like want not. */
export function lastAlarm({ changes, revision }: Pick<AlertRow, 'changes' | 'revision'>): number {
  const since = changes.findLastIndex(({ kind }) => alarming.has(kind))
  return since === -1 ? 0 : revision - (changes.length - 1 - since)
}
