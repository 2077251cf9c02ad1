// The buttons above the graph: pause, zoom, and what came while it is paused.
import { type Gestures, zoomStep } from '../graph/gestures.ts'
import { words } from '../locales/words.ts'
import { isHeld, type View } from '../state/history-view.ts'
import { PauseIcon, PlayIcon } from './icons.tsx'

const says = words.history

interface Props {
  view: View
  gestures: Gestures
  onPause: () => void
}

export const GraphTools = ({ view, gestures: { zoom }, onPause }: Props) => {
  const held = isHeld(view)
  return (
    <div class="graph-tools">
      <span class="paused">{view.paused !== null && says.paused(view.paused.news)}</span>
      <button type="button" class="quiet" onClick={onPause}>
        {held ? <PlayIcon /> : <PauseIcon />}
        {held ? words.graph.resume : words.graph.pause}
      </button>
      <ZoomButton name={says.zoomIn} sign="+" onClick={() => zoom(0.5, 1 / zoomStep)} />
      <ZoomButton name={says.zoomOut} sign="−" onClick={() => zoom(0.5, zoomStep)} />
    </div>
  )
}

const ZoomButton = ({ name, sign, onClick }: { name: string; sign: string; onClick(): void }) => (
  <button type="button" class="zoom" aria-label={name} title={name} onClick={onClick}>
    {sign}
  </button>
)
