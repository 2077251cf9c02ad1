// Redaction: a setting's value as it may be shown in logs and error messages.

const secretName = /token|secret|password/i
// The path of a file with secrets is no secret, and the person who corrects the setting needs to see it.
const fileName = /_FILE$/
// Somebody may give tokens where a path is meant: tokens have colons, and paths hardly ever do, but for a Windows drive.
const path = /^(?:[A-Za-z]:[\\/])?[^:]*$/
// Up to the last @, so that a password with an unescaped @ or / in it does not show.
const urlUser = /(:\/\/)\S*@/g
const urlSecret = /([?&][^=&\s]*(?:token|secret|password)[^=&\s]*=)[^&\s]*/gi

/** The value of the setting `name` without secrets, at any depth. */
export function redactSetting(name: string, value: unknown): unknown {
  if (value === undefined || value === null) return value
  if (secretName.test(name) && !fileName.test(name)) return '***'
  if (fileName.test(name) && typeof value === 'string') return path.test(value) ? value : '***'
  if (typeof value === 'string') return value.replace(urlUser, '$1***@').replace(urlSecret, '$1***')
  if (Array.isArray(value)) return value.map((item) => redactSetting(name, item))
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, redactSetting(field, inner)]))
}
