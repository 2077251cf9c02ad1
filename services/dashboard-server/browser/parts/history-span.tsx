// The choice of how much time the graph shows.

import { words } from '../locales/words.ts'
import { type Span, spans } from '../state/history.ts'

const says = words.history

interface Props {
  span: Span
  onChoose: (span: Span) => void
}

export const SpanChoice = ({ span, onChoose }: Props) => (
  <fieldset class="spans">
    <legend class="visually-hidden">{says.choose}</legend>
    {spans.map((one) => (
      <label key={one}>
        <input type="radio" name="span" class="visually-hidden" checked={one === span} onChange={() => onChoose(one)} />
        <span title={says.last[one]}>{says.spans[one]}</span>
      </label>
    ))}
  </fieldset>
)
