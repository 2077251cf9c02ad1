// The patients, gravest first, with search. Only the rows in sight are drawn, so that a thousand cost what twenty do.
import type { PatientRow as Row } from '@health/api'
import { useRef, useState } from 'preact/hooks'
import { words } from '../locales/words.ts'
import { rowsInSight, scrollToRow } from '../window-rows.ts'
import type { Judge } from './measured.tsx'
import { PatientRow, rowHeight, rowId } from './patient-row.tsx'
import { findPatients, PatientSearch } from './patient-search.tsx'
import { useSight } from './use-sight.ts'

interface Props extends Judge {
  ranking: readonly Row[]
  chosen: string | null
  onChoose(id: string): void
}

export function PatientList({ ranking, ...props }: Props) {
  const [query, setQuery] = useState('')
  const wanted = query.trim()
  const found = findPatients(ranking, wanted)
  return (
    <section class="panel patients" aria-labelledby="patients-heading">
      <div class="panel-head">
        <h2 id="patients-heading">{words.patients.heading}</h2>
        {wanted !== '' && <span class="found">{words.patients.found(found.length, ranking.length)}</span>}
        <PatientSearch query={query} onQuery={setQuery} />
        <a href="#wall">{words.wall.open}</a>
      </div>
      {ranking.length === 0 && <p class="empty">{words.patients.none}</p>}
      {ranking.length > 0 && found.length === 0 && <p class="empty">{words.patients.noneFound(query.trim())}</p>}
      {found.length > 0 && <Rows rows={found} {...props} />}
    </section>
  )
}

function Rows({ rows, chosen, onChoose, ...judge }: { rows: readonly Row[] } & Omit<Props, 'ranking'>) {
  const box = useRef<HTMLDivElement>(null)
  const sight = useSight(box)
  const [activeId, setActiveId] = useState<string | null>(null)
  const { from, to } = rowsInSight(sight.scrollTop, sight.height, rowHeight, rows.length)
  const active = rows.findIndex((row) => row.patient_id === (activeId ?? chosen))
  const moveTo = (place: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, place))]
    if (row === undefined || box.current === null) return
    setActiveId(row.patient_id)
    box.current.scrollTop = scrollToRow(rows.indexOf(row), box.current.scrollTop, box.current.clientHeight, rowHeight)
  }
  const choose = (id: string) => {
    setActiveId(id)
    onChoose(id)
  }
  const onClick = ({ target }: MouseEvent) => {
    const id = target instanceof Element ? target.closest<HTMLElement>('[data-patient]')?.dataset['patient'] : undefined
    if (id !== undefined) choose(id)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const activeRow = rows[active]
    const place = placeAfter(event.key, active, rows.length, Math.floor(sight.height / rowHeight))
    if (place !== null) moveTo(place)
    else if ((event.key === 'Enter' || event.key === ' ') && activeRow !== undefined) choose(activeRow.patient_id)
    else return
    event.preventDefault()
  }
  const activeRow = active >= from && active < to ? rows[active] : undefined
  return (
    <div
      ref={box}
      class="rows"
      role="listbox"
      tabIndex={0}
      aria-labelledby="patients-heading"
      {...(activeRow === undefined ? {} : { 'aria-activedescendant': rowId(activeRow.patient_id) })}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div class="rows-all" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
        {rows.slice(from, to).map((row, i) => (
          <PatientRow
            key={row.patient_id}
            row={row}
            place={from + i}
            count={rows.length}
            chosen={row.patient_id === chosen}
            active={from + i === active}
            {...judge}
          />
        ))}
      </div>
    </div>
  )
}

/** Where a key leads from `place`; null for keys that lead nowhere. */
function placeAfter(key: string, place: number, count: number, page: number): number | null {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined
  return step === undefined ? null : place + step
}
