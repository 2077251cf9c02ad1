// The pipeline made visible: the diagram, who answers for what, the batch run's key, and what was dropped.
import type { PipelineRow } from '@health/api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { formatTime } from '../format.ts'
import { words } from '../locales/words.ts'
import { PipelineBatchStart } from './batch-start.tsx'
import { PipelineDiagram } from './pipeline-diagram.tsx'
import { PipelineDrops } from './pipeline-drops.tsx'
import { isOld, lanesOf } from './pipeline-hops.ts'
import { PipelineMerge } from './pipeline-merge.tsx'

const says = words.lambda

interface Props {
  pipeline: PipelineRow | null
  /** Patients who are: where the panel fills the screen nothing else would tell. */
  critical: number
  now: number
  /** A batch run may be started from here. */
  mayRun: boolean
}

export function PipelineStrip({ pipeline, critical, now, mayRun }: Props) {
  const screen = useFullScreen()
  const old = isOld(pipeline, now)
  return (
    <section ref={screen.of} class="panel pipeline" data-stale={old || undefined} aria-labelledby="pipeline-heading">
      <div class="panel-head">
        <h2 id="pipeline-heading">
          {says.heading}{' '}
          {old && pipeline !== null && <span class="muted">{says.asOf(formatTime(Date.parse(pipeline.at), now))}</span>}
        </h2>
        {screen.filled && critical > 0 && <b class="critical-count">{words.header.critical(critical)}</b>}
        {document.fullscreenEnabled && (
          <button type="button" class="quiet" onClick={screen.toggle}>
            {screen.filled ? says.leaveScreen : says.fillScreen}
          </button>
        )}
      </div>
      {pipeline === null ? (
        <p class="empty">{says.none}</p>
      ) : (
        <div class="pipeline-body">
          <PipelineDiagram lanes={lanesOf(pipeline, now)} />
          <div class="pipeline-merge">
            {pipeline.merge !== null && (
              <PipelineMerge merge={pipeline.merge} logged={pipeline.log.records} now={now} />
            )}
            <PipelineBatchStart batch={pipeline.batch} mayRun={mayRun} />
          </div>
          <PipelineDrops dropped={pipeline.speed_layer.dropped} now={now} />
        </div>
      )}
    </section>
  )
}

/** For a projector: the panel alone, as large as the screen. */
function useFullScreen() {
  const of = useRef<HTMLElement>(null)
  const [filled, setFilled] = useState(false)
  useEffect(() => {
    const look = () => setFilled(of.current !== null && document.fullscreenElement === of.current)
    document.addEventListener('fullscreenchange', look)
    return () => document.removeEventListener('fullscreenchange', look)
  }, [])
  // A browser that refuses leaves everything as it is.
  const toggle = () => {
    const done = filled ? document.exitFullscreen() : of.current?.requestFullscreen()
    done?.catch(() => undefined)
  }
  return { of, filled, toggle }
}
