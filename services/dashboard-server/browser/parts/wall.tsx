// The wall: every patient as a tile, gravest first, for a screen that is looked at from across the room.
import type { AlertRow, PatientRow as Row } from '@health/api'
import { useMemo, useRef, useState } from 'preact/hooks'
import { words } from '../locales/words.ts'
import { isOpen } from '../state/alarms.ts'
import { toneOf } from '../tone.ts'
import { rowsInSight } from '../window-rows.ts'
import { HeartIcon } from './icons.tsx'
import { Age, type Judge, LatestNumber } from './measured.tsx'
import { memo } from './memo.tsx'
import { findPatients, PatientSearch } from './patient-search.tsx'
import { StatusChip } from './status.tsx'
import { useSight } from './use-sight.ts'
import { TrendArrow } from './vitals.tsx'

const says = words.wall
const leastWidth = 176
const tileHeight = 132

interface Props extends Judge {
  ranking: readonly Row[]
  alerts: readonly AlertRow[]
}

export function Wall({ ranking, alerts, ...judge }: Props) {
  const [query, setQuery] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const { scrollTop, height, width } = useSight(box)
  const found = findPatients(ranking, query)
  const standing = useMemo(() => standings(alerts), [alerts])
  const columns = Math.max(1, Math.floor(width / leastWidth))
  const lines = Math.ceil(found.length / columns)
  const { from, to } = rowsInSight(scrollTop, height, tileHeight, lines)
  return (
    <main class="wall">
      <section class="panel" aria-labelledby="wall-heading">
        <div class="panel-head">
          <h2 id="wall-heading">{words.patients.heading}</h2>
          {found.length < ranking.length && (
            <span class="found">{words.patients.found(found.length, ranking.length)}</span>
          )}
          <PatientSearch query={query} onQuery={setQuery} />
          <a href="#/">{says.close}</a>
        </div>
        {ranking.length === 0 && <p class="empty">{words.patients.none}</p>}
        {ranking.length > 0 && found.length === 0 && <p class="empty">{words.patients.noneFound(query.trim())}</p>}
        <div ref={box} class="tiles">
          <ul aria-labelledby="wall-heading" style={{ height: `${lines * tileHeight}px` }}>
            {found.slice(from * columns, to * columns).map((row, i) => (
              <Tile
                key={row.patient_id}
                row={row}
                place={from * columns + i}
                columns={columns}
                count={found.length}
                alert={standing.get(row.patient_id) ?? null}
                {...judge}
              />
            ))}
          </ul>
        </div>
      </section>
    </main>
  )
}

type Standing = 'raised' | 'acknowledged'

/** Of each patient with open alerts: whether there is one that nobody has acknowledged. */
function standings(alerts: readonly AlertRow[]): Map<string, Standing> {
  const standing = new Map<string, Standing>()
  for (const { patient_id, state } of alerts.filter(isOpen)) {
    if (state !== 'acknowledged') standing.set(patient_id, 'raised')
    else if (!standing.has(patient_id)) standing.set(patient_id, 'acknowledged')
  }
  return standing
}

interface TileProps extends Judge {
  row: Row
  /** Its place in the order, from 0, and how many there are. */
  place: number
  count: number
  columns: number
  alert: Standing | null
}

const Tile = memo(({ row, place, count, columns, alert, ...judge }: TileProps) => {
  const { latest } = row
  const tone = toneOf(row)
  const share = 100 / columns
  return (
    <li
      aria-posinset={place + 1}
      aria-setsize={count}
      class="tile-place"
      style={{
        width: `${share}%`,
        height: `${tileHeight}px`,
        transform: `translate(${100 * (place % columns)}%, ${tileHeight * Math.floor(place / columns)}px)`,
      }}
    >
      <a class="tile" href={`#/${row.patient_id}`} data-tone={row.stale && tone === 'normal' ? 'stale' : tone}>
        <span class="tile-who">{row.patient_id}</span>
        {alert !== null && <span class="tile-alert">{says.alerts[alert]}</span>}
        <span class="tile-number">
          <LatestNumber signal="glucoseMgdl" latest={latest} {...judge} />
          <TrendArrow rate={latest.glucose_rate} />
        </span>
        <span class="tile-heart">
          <HeartIcon />
          <LatestNumber signal="heartRateBpm" latest={latest} {...judge} />
        </span>
        <span class="tile-status">
          <StatusChip {...row} />
        </span>
        <Age
          measuredAt={latest.glucose_measured_at ?? latest.heart_rate_measured_at}
          now={judge.now}
          inWords={words.age.bare}
        />
      </a>
    </li>
  )
})
