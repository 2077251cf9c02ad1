// Makers of settings: each turns the text of an environment variable into a value, and says what is allowed.
import { z } from 'zod'

interface Range {
  min?: number
  max?: number
  /** Left out: the variable must be set. */
  default?: number
}

/** A whole number from `min` to `max`, both included. */
export const integer = (range: Range = {}): z.ZodType<number> => numeric(range, /^[+-]?\d+$/, 'a whole number')

/** A decimal number from `min` to `max`, both included. */
export const number = (range: Range = {}): z.ZodType<number> => numeric(range, /^[+-]?(\d+\.?\d*|\.\d+)$/, 'a number')

/** A TCP port; 0 takes any that is free. */
export const port = (options: { default?: number } = {}): z.ZodType<number> =>
  integer({ min: 0, max: 65_535, ...options })

/** Yes or no. */
export function flag(options: { default?: boolean } = {}): z.ZodType<boolean> {
  const field = z.stringbool({ error: 'must be true or false (or 1, 0, yes, no, on, off)' })
  return options.default === undefined ? field : field.default(options.default)
}

/** Texts separated by commas, at least one; blanks around them do not count. */
export function list(options: { default?: readonly string[] } = {}): z.ZodType<string[]> {
  const field = z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((items) => items.every((item) => item !== ''), 'must be a list separated by commas, without empty items')
  return options.default === undefined ? field : field.default([...options.default])
}

function numeric(range: Range, form: RegExp, kind: string): z.ZodType<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range
  const field = z
    .string()
    .refine((text) => form.test(text) && Number(text) >= min && Number(text) <= max, mustBe(kind, range))
    .transform(Number)
  return range.default === undefined ? field : field.default(range.default)
}

function mustBe(kind: string, { min, max }: Range): string {
  if (min !== undefined && max !== undefined) return `must be ${kind} from ${min} to ${max}`
  if (min !== undefined) return `must be ${kind}, ${min} or more`
  if (max !== undefined) return `must be ${kind}, ${max} or less`
  return `must be ${kind}`
}
