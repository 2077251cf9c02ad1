// The SQL of the batch layer: daily sums straight from lake files, every threshold and formula taken from the domain's data.
import {
  earliestMeasuredAt,
  glucoseRangeLimits,
  glucoseRiskFormula,
  maxFutureMs,
  plausible,
  type Signal,
  type UtcOffset,
  wireNames,
} from '@health/domain'
import type { lakeColumns } from './row.ts'

const dayMs = 86_400_000

/** The types of the lake's columns: a cell that does not fit fails the query. */
const columnTypes = {
  partition: 'INTEGER',
  offset: 'BIGINT',
  received_at: 'TIMESTAMP',
  patient_id: 'VARCHAR',
  sensor_id: 'VARCHAR',
  measured_at: 'TIMESTAMP',
  glucose_mgdl: 'DOUBLE',
  heart_rate_bpm: 'DOUBLE',
  temperature_c: 'DOUBLE',
  raw: 'VARCHAR',
} as const satisfies Record<(typeof lakeColumns)[number], string>

/**
 * A record that fills `raw` to the last byte, every byte a quote that CSV doubles, still fits; so much is read of a file at
 * a time. DuckDB's own choice is sixteen times that: to make such buffers for small files takes longer than to read them.
 */
const maxLineBytes = 4 * 1024 * 1024

/** What days are computed with: the offsets of the time zone for the times from `from` to `to` (epoch ms). */
export interface DayRules {
  offsets: readonly UtcOffset[]
  from: number
  to: number
}

export interface DaysQuery {
  paths: readonly string[]
  /** Offsets to leave out: partition → the first one that is beyond the watermark. */
  beyond: ReadonlyMap<number, number>
  days: DayRules
  /**
   * `records` takes every record for the only one of its identity; where `identities` < `plausible` it was wrong, and the
   * row with it. `identities` finds the first value of each, at half as much again.
   */
  by: 'records' | 'identities'
  /** A table of `patient_id, sensor_id, day` ('' for no sensor): only these are computed. */
  only?: string
  /** Only these days are computed, and all times outside of the rules. */
  within?: readonly number[]
}

/**
 * Sums by patient, sensor and `day` (days since 1970 in the time zone). `day` is null for a time outside of the rules,
 * which no valid reading has; `odd_second` is that time then. Both are null where no time could be read.
 */
export function daysQuery({ paths, beyond, days, by, only, within }: DaysQuery): string {
  return `
    WITH lake AS (
      SELECT patient_id, sensor_id, epoch_ms(measured_at) AS ms, epoch_ms(received_at) AS received_ms, "partition",
        "offset", ${Object.values(wireNames).join(', ')}
      FROM ${readCsv(paths)}
      ${beyond.size === 0 ? '' : `WHERE ${[...beyond].map(isCovered).join(' AND ')}`}
    ), judged AS (
      SELECT patient_id, sensor_id, ms, ${logOrder} AS log_order,
        ms >= ${earliestMeasuredAt} AND ms <= received_ms + ${maxFutureMs} AS timely,
        ${plausibleValue('glucoseMgdl')} AS glucose,
        ${plausibleValue('heartRateBpm')} AS heart_rate,
        ${plausibleValue('temperatureC')} AS temperature
      FROM lake ${only === undefined ? '' : `SEMI JOIN ${only} AS wanted ${sameDay(days)}`}
      ${within === undefined ? '' : `WHERE coalesce(${dayOf(days)} IN (${within.join(', ')}), true)`}
    ), parts AS (${parts[by]}
    ), dated AS (
      SELECT *, ${dayOf(days)} AS day, ${glucoseRiskRoot} AS risk_root,
        CASE WHEN day IS NULL THEN floor(ms / 1000) END AS odd_second
      FROM parts
    )
    SELECT patient_id, sensor_id, day::DOUBLE AS day, odd_second::DOUBLE AS odd_second, ${recordSums[by]}, ${signalSums}
    FROM dated
    GROUP BY patient_id, sensor_id, day, odd_second`
}

const parts = {
  records: `
      SELECT patient_id, sensor_id, ms, glucose, heart_rate,
        CASE WHEN coalesce(glucose, heart_rate, temperature) IS NOT NULL THEN ms END AS plausible_ms
      FROM judged`,
  identities: `
      SELECT patient_id, sensor_id, ms, count(*) AS records,
        count(coalesce(glucose, heart_rate, temperature)) AS plausible, CASE WHEN plausible > 0 THEN ms END AS plausible_ms,
        arg_min(glucose, log_order) AS glucose, min(log_order) FILTER (glucose IS NOT NULL) AS glucose_first,
        arg_min(heart_rate, log_order) AS heart_rate, min(log_order) FILTER (heart_rate IS NOT NULL) AS heart_rate_first,
        min(log_order) FILTER (temperature IS NOT NULL) AS temperature_first
      FROM judged GROUP BY patient_id, sensor_id, ms`,
}

/** Null where there is nothing to count. A filter would take longer. */
const count = (condition: string): string => `sum((${condition})::DOUBLE)`

/** Records that brought a first value: at most one for each signal of an identity, and one may have brought several. */
const isFirst = {
  glucose: 'glucose_first IS NOT NULL',
  heartRate: 'heart_rate_first IS NOT NULL AND heart_rate_first IS DISTINCT FROM glucose_first',
  temperature:
    'temperature_first IS NOT NULL AND temperature_first IS DISTINCT FROM glucose_first AND temperature_first IS DISTINCT FROM heart_rate_first',
}

const recordSums = {
  records: `
  count(*)::DOUBLE AS records, count(plausible_ms)::DOUBLE AS plausible, plausible AS valid,
  list_unique(list(plausible_ms))::DOUBLE AS identities`,
  identities: `
  sum(records)::DOUBLE AS records, sum(plausible)::DOUBLE AS plausible,
  ${Object.values(isFirst).map(count).join(' + ')} AS valid, count(plausible_ms)::DOUBLE AS identities`,
}

const sumsOf = (signal: string): string => `
  count(${signal})::DOUBLE AS ${signal}_count, sum(${signal}) AS ${signal}_sum,
  sum(${signal} * ${signal}) AS ${signal}_squares, min(${signal}) AS ${signal}_min, max(${signal}) AS ${signal}_max`

const { veryLow, low, tightHigh, high, veryHigh } = glucoseRangeLimits

const signalSums = `
  min(plausible_ms)::DOUBLE AS first_ms, max(plausible_ms)::DOUBLE AS last_ms,
  ${sumsOf('glucose')}, ${sumsOf('heart_rate')},
  ${count(`glucose < ${veryLow}`)} AS below_very_low,
  ${count(`glucose < ${low}`)} AS below_low,
  ${count(`glucose <= ${tightHigh}`)} AS up_to_tight_high,
  ${count(`glucose <= ${high}`)} AS up_to_high,
  ${count(`glucose <= ${veryHigh}`)} AS up_to_very_high,
  ${glucoseRiskFormula.weight} * sum(least(risk_root, 0) * least(risk_root, 0)) AS low_risk,
  ${glucoseRiskFormula.weight} * sum(greatest(risk_root, 0) * greatest(risk_root, 0)) AS high_risk`

const glucoseRiskRoot = `${glucoseRiskFormula.scale} * (pow(ln(glucose), ${glucoseRiskFormula.power}) - ${glucoseRiskFormula.shift})`

function plausibleValue(signal: Signal): string {
  const { min, max } = plausible[signal]
  const column = wireNames[signal]
  return `CASE WHEN timely AND ${column} BETWEEN ${min} AND ${max} THEN ${column} END`
}

/** One number that rises with partition and offset: offsets are safe integers, partitions below a thousand. */
const logOrder = `"partition"::BIGINT * ${2 ** 53} + "offset"`

const isCovered = ([partition, offset]: [number, number]): string =>
  `NOT ("partition" = ${partition} AND "offset" >= ${offset})`

const isNew = ([partition, offset]: [number, number]): string =>
  `NOT ("partition" = ${partition} AND "offset" < ${offset})`

/** Offsets newest first: most data is new. */
function dayOf({ offsets, from, to }: DayRules): string {
  const [first, ...later] = offsets
  const cases = later.reverse().map((offset) => `WHEN ms >= ${offset.from} THEN ${offset.offsetMs}`)
  const offsetMs = first?.offsetMs ?? 0
  const shift = cases.length === 0 ? offsetMs : `CASE ${cases.join(' ')} ELSE ${offsetMs} END`
  return `CASE WHEN ms >= ${from} AND ms < ${to} THEN (ms + ${shift}) // ${dayMs} END`
}

const sameDay = (days: DayRules): string =>
  `ON lake.patient_id = wanted.patient_id AND coalesce(lake.sensor_id, '') = wanted.sensor_id AND ${dayOf(days)} = wanted.day`

/**
 * What the records from `since` (partition → offset) on touch: their number by `lake_date`, and by `day` or `odd_second`
 * as in `daysQuery`.
 */
export function touchedQuery({
  paths,
  beyond,
  days,
  since,
}: Pick<DaysQuery, 'paths' | 'beyond' | 'days'> & { since: ReadonlyMap<number, number> }): string {
  const bounds = [...[...beyond].map(isCovered), ...[...since].map(isNew)]
  return `
    WITH lake AS (
      SELECT epoch_ms(measured_at) AS ms, received_at::DATE::VARCHAR AS lake_date FROM ${readCsv(paths)}
      WHERE ${bounds.join(' AND ') || 'true'}
    )
    SELECT lake_date, (${dayOf(days)})::DOUBLE AS day,
      (CASE WHEN day IS NULL THEN floor(ms / 1000) END)::DOUBLE AS odd_second, count(*)::DOUBLE AS records
    FROM lake GROUP BY ALL`
}

/** When the records at these offsets (partition → offset) were received: `partition`, `received_ms`. */
export const receivedQuery = (paths: readonly string[], offsets: ReadonlyMap<number, number>): string => `
  SELECT "partition"::DOUBLE AS "partition", epoch_ms(received_at)::DOUBLE AS received_ms FROM ${readCsv(paths)}
  WHERE ${[...offsets].map(([partition, offset]) => `"partition" = ${partition} AND "offset" = ${offset}`).join(' OR ')}`

/** Reads exactly the lake's columns. Nothing is guessed or skipped: what does not fit fails the query. */
function readCsv(paths: readonly string[]): string {
  const columns = Object.entries(columnTypes).map(([name, type]) => `'${name}': '${type}'`)
  return `read_csv([${paths.map(literal).join(', ')}], columns = {${columns.join(', ')}}, header = true,
    auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', strict_mode = true,
    max_line_size = ${maxLineBytes}, buffer_size = ${maxLineBytes})`
}

/** A text as SQL writes it. Characters that a file name pattern gives a meaning stand for themselves. */
const literal = (path: string): string => `'${path.replace(/[*?[]/g, '[$&]').replaceAll("'", "''")}'`
