// Repeated fields: of two with one name JSON.parse keeps the last and tells nobody, so that whose reading it is would
// hang on the parser. RFC 8259 leaves that open; here such a message is refused.
import { messageFields } from './schema.ts'

/** Whether the JSON object in `text` names one of a reading's fields twice. */
export function repeatsField(text: string): boolean {
  return mentionsFieldTwice(text) && repeatsFieldByToken(text)
}

const quotedField = new RegExp(`"(?:${messageFields.join('|')})"`, 'g')

/** The quick question, which settles it for most messages. An escape may hide a name. */
function mentionsFieldTwice(text: string): boolean {
  const mentioned = text.match(quotedField) ?? []
  return new Set(mentioned).size < mentioned.length || text.includes('\\')
}

const tokens = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{}]/g

function repeatsFieldByToken(text: string): boolean {
  const names = new Set<string>()
  let depth = 0
  for (const [token, string, colon] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && string !== undefined && colon !== undefined) {
      const name: string = JSON.parse(string)
      if (names.has(name)) return true
      if (messageFields.includes(name)) names.add(name)
    }
  }
  return false
}
