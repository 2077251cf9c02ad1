// Repeated fields: of two with one name JSON.parse keeps the last and tells nobody, so that whose reading it is would
// hang on the parser. RFC 8259 leaves that open; here such a message is refused.
import { messageFields } from './message.ts'

/**
 * Which reading in `text` (JSON: a reading, or an array of them) names one of its fields twice, counted from 0; the first
 * of several, `null` for none.
 */
export function repeatingReading(text: string): number | null {
  return mentionsFieldTwice(text) ? repeatingReadingByToken(text) : null
}

const quotedField = new RegExp(`"(?:${messageFields.join('|')})"`, 'g')

/** The quick question, which settles it for most messages. An escape may hide a name. */
function mentionsFieldTwice(text: string): boolean {
  const mentioned = text.match(quotedField) ?? []
  return new Set(mentioned).size < mentioned.length || text.includes('\\')
}

const tokens = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{},]/g

function repeatingReadingByToken(text: string): number | null {
  const names = new Set<string>()
  // In an array the fields lie one deeper.
  const fieldDepth = /^\s*\[/.test(text) ? 2 : 1
  let depth = 0
  let reading = 0
  for (const [token, string, colon] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === fieldDepth && string !== undefined && colon !== undefined) {
      const name: string = JSON.parse(string)
      if (names.has(name)) return reading
      if (messageFields.includes(name)) names.add(name)
    } else if (token === ',' && depth < fieldDepth) {
      reading++
      names.clear()
    }
  }
  return null
}
