// The pipeline, stage by stage: what passed, how fast, what waits, what was dropped and why, and the last batch run.
import type { BatchRun, DropReason, Hop, Percentiles, PipelineRow } from '@health/domain'
import type { ComponentChildren } from 'preact'
import { formatCount, formatMs, formatRate, formatTime } from '../format.ts'
import { words } from '../words.en.ts'

const says = words.pipeline

/** The row comes every second; one older than this tells of what was, not of what is. */
const staleMs = 5000

export function PipelineStrip({ pipeline, now }: { pipeline: PipelineRow | null; now: number }) {
  const at = pipeline === null ? now : Date.parse(pipeline.at)
  const stale = now - at > staleMs
  return (
    <section class="panel pipeline" data-stale={stale || undefined} aria-labelledby="pipeline-heading">
      <div class="panel-head">
        <h2 id="pipeline-heading">
          {says.heading} {stale && <span class="muted">{says.asOf(formatTime(at, now))}</span>}
        </h2>
      </div>
      {pipeline === null ? <p class="empty">{says.none}</p> : <Stages pipeline={pipeline} now={now} />}
    </section>
  )
}

const Stages = ({ pipeline: { log, speed_layer, csv_archiver, batch, dashboard }, now }: StagesProps) => (
  <>
    <dl class="stages">
      <Stage name={says.log}>
        <Passed hop={log} />
      </Stage>
      <Stage name={says.speedLayer}>
        <Passed hop={speed_layer} />
        <Lag hop={speed_layer} />
        <Latency latency={speed_layer.latency_ms} title={says.latencyTitle} />
      </Stage>
      <Stage name={says.archiver}>
        <Passed hop={csv_archiver} />
        <Lag hop={csv_archiver} />
      </Stage>
      <Stage name={says.dashboard}>
        <dd>{says.browsers(dashboard.clients)}</dd>
        <Latency latency={dashboard.latency_ms} title={says.dashboardLatencyTitle} />
      </Stage>
      <Stage name={says.batch}>
        <LastRun batch={batch} now={now} />
      </Stage>
    </dl>
    <Dropped dropped={speed_layer.dropped} />
  </>
)

interface StagesProps {
  pipeline: PipelineRow
  now: number
}

const Stage = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div class="stage">
    <dt>{name}</dt>
    {children}
  </div>
)

const Passed = ({ hop }: { hop: Hop }) => (
  <>
    <dd class="rate">{says.rate(formatRate(hop.rate))}</dd>
    <dd>{says.records(formatCount(hop.records))}</dd>
  </>
)

const Lag = ({ hop }: { hop: Hop }) => <dd>{hop.lag === 0 ? says.noLag : says.lag(formatCount(hop.lag))}</dd>

const Latency = ({ latency, title }: { latency: Percentiles | null; title: string }) =>
  latency === null ? null : <dd title={title}>{says.latency(formatMs(latency.p50), formatMs(latency.p99))}</dd>

function LastRun({ batch, now }: { batch: BatchRun | null; now: number }) {
  if (batch === null) return <dd>{says.batchNever}</dd>
  const at = Date.parse(batch.computed_at ?? batch.started_at)
  return (
    <>
      <dd class="rate">
        {says.batchStates[batch.state]} {formatTime(at, now)}
      </dd>
      {batch.state === 'done' && batch.records !== null && batch.rows !== null ? (
        <dd>{says.batchRead(formatCount(batch.records), formatCount(batch.rows))}</dd>
      ) : (
        <dd>{batch.message}</dd>
      )}
    </>
  )
}

function Dropped({ dropped }: { dropped: PipelineRow['speed_layer']['dropped'] }) {
  const counts = Object.entries(dropped).filter(([, n]) => n > 0)
  const total = counts.reduce((sum, [, n]) => sum + n, 0)
  if (total === 0) return <p class="dropped">{says.noneDropped}</p>
  return (
    <p class="dropped">
      <b>
        {says.dropped} {formatCount(total)}
      </b>
      {counts
        .toSorted(([, a], [, b]) => b - a)
        .map(([reason, n]) => (
          <span key={reason}>
            {words.dropped[reason as DropReason]} {formatCount(n)}
          </span>
        ))}
    </p>
  )
}
