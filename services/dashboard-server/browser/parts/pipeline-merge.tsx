// Batch and speed side by side: how many records each answers for, what those are, and what both come to together.
import type { MergeCounts } from '@health/api'
import { formatCount, formatTime } from '../format.ts'
import { words } from '../locales/words.ts'

const says = words.lambda.merge

interface Props {
  merge: MergeCounts
  /** Records that ever reached the log. */
  logged: number
  now: number
}

export const PipelineMerge = ({ merge: { batch, speed, complete_to }, logged, now }: Props) => (
  <section class="merge" aria-labelledby="merge-heading">
    <h3 id="merge-heading">{says.heading}</h3>
    <div class="merge-bar" aria-hidden="true">
      <span class="of-batch" style={{ flexGrow: batch }} />
      <span class="of-speed" style={{ flexGrow: speed }} />
    </div>
    <dl>
      <Term
        layer="batch"
        records={batch}
        covers={complete_to === null ? says.nothingYet : says.completeTo(formatTime(Date.parse(complete_to), now))}
      />
      <Term layer="speed" records={speed} covers={says.since} />
      <Term layer="served" records={batch + speed} covers={says.ofLog(formatCount(logged))} />
    </dl>
  </section>
)

const Term = ({ layer, records, covers }: { layer: 'batch' | 'speed' | 'served'; records: number; covers: string }) => (
  <div class={`term of-${layer}`}>
    <dt>{says[layer]}</dt>
    <dd class="count">{formatCount(records)}</dd>
    <dd>{covers}</dd>
  </div>
)
