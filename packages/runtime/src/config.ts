// Configuration: environment variables become checked settings once, at start. Wrong ones are all named together.
import type { z } from 'zod'
import { redactSetting } from './redact.ts'

/** A zod object whose keys are environment variables; `C` is what it yields. */
export type Settings<C> = z.ZodType<C> & { readonly shape: Readonly<Record<string, z.core.$ZodType>> }

type Environment = Readonly<Record<string, string | undefined>>

/** A person must change a setting. The message says which and how; it is printed as it is, without a stack. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * The settings that `settings` describes, read from `env`; an empty variable counts as unset. Throws one `ConfigError`
 * that names every wrong variable, the value given (secrets redacted) and what is allowed. Prints nothing.
 */
export function readConfig<C>(settings: Settings<C>, env: Environment = process.env): C {
  const given = Object.fromEntries(Object.keys(settings.shape).map((name) => [name, env[name]?.trim() || undefined]))
  const parsed = settings.safeParse(given)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => `  ${explain(issue, settings, given)}`)
  const count = lines.length === 1 ? 'A setting is' : `${lines.length} settings are`
  throw new ConfigError(`${count} wrong:\n${lines.join('\n')}\nCorrect the environment and start again.`)
}

/** The settings in force as they may be printed: tokens, secrets, passwords and the user part of URLs redacted. */
export function describeConfig(config: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, redactSetting(name, value)]))
}

function explain(issue: z.core.$ZodIssue, settings: Settings<unknown>, given: Environment): string {
  const name = issue.path[0]
  if (typeof name !== 'string') return issue.message
  const field = settings.shape[name] as z.ZodType | undefined
  const value = given[name]
  const fault =
    value === undefined
      ? `${name} is not set, but is needed`
      : `${name} is ${JSON.stringify(redactSetting(name, value))}, but ${issue.message}`
  const meaning = field?.description === undefined ? '' : ` (${field.description})`
  return `${fault}${meaning}.${value === undefined ? '' : wayBack(field)}`
}

/** What happens when the variable is removed; empty where it must be set. */
function wayBack(field: z.ZodType | undefined): string {
  const unset = field?.safeParse(undefined)
  if (!unset?.success) return ''
  const standard = unset.data
  return typeof standard === 'string' || typeof standard === 'number' || typeof standard === 'boolean'
    ? ` Leave it out for the default, ${standard}.`
    : ' Leave it out for the default.'
}
