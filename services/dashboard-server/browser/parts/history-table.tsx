// The minutes of the graph as a table, for those who do not see the graph.
import type { MinuteRow, SpreadRow } from '@health/api'
import type { ClassifiedSignal, ClinicalRules } from '@health/domain'
import { formatMinute, formatValue } from '../format.ts'
import { words } from '../locales/words.ts'
import type { Judge } from './measured.tsx'
import { memo } from './memo.tsx'
import { FoldedTable } from './reading-table.tsx'

const says = words.history

const heads = [
  words.graph.time,
  `${words.signals.glucose} (${words.units.glucose})`,
  `${words.signals.heartRate} (${words.units.heartRate})`,
]

export const MinuteTable = ({ minutes, now, settings }: { minutes: readonly MinuteRow[] } & Judge) => (
  <FoldedTable heads={heads}>
    {() =>
      minutes
        .toReversed()
        .map((minute) => (
          <Row
            key={minute.measured_at}
            minute={minute}
            time={formatMinute(Date.parse(minute.measured_at), now)}
            rules={settings.rules}
          />
        ))
    }
  </FoldedTable>
)

/** A day has more than a thousand of them, and each second changes one. */
const Row = memo(({ minute, time, rules }: { minute: MinuteRow; time: string; rules: ClinicalRules }) => (
  <tr>
    <th scope="row">{time}</th>
    <td>{spreadText('glucoseMgdl', minute.glucose_mgdl, rules)}</td>
    <td>{spreadText('heartRateBpm', minute.heart_rate_bpm, rules)}</td>
  </tr>
))

function spreadText(signal: ClassifiedSignal, spread: SpreadRow | null, rules: ClinicalRules): string {
  if (spread === null) return '–'
  const { avg, min, max } = spread
  const text = (value: number) => formatValue(signal, value, rules)
  return min === max ? text(avg) : says.spread(text(avg), text(min), text(max))
}
