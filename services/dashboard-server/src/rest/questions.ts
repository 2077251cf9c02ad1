// What is asked, checked: parameters and bodies by a schema, and what is wrong with them answered by name.
import { sendProblem } from '@health/runtime'
import type { Request, Response } from 'express'
import type { z } from 'zod'

/** The checked parameters of the address; `null` after having answered what is wrong with them. */
export const parseQuery = <T>(schema: z.ZodType<T>, request: Request, response: Response): T | null =>
  parse(schema, request.query, 'parameter', request, response)

/** The same of a body in JSON. */
export const parseBody = <T>(schema: z.ZodType<T>, request: Request, response: Response): T | null =>
  parse(schema, request.body ?? {}, 'field', request, response)

function parse<T>(
  schema: z.ZodType<T>,
  given: unknown,
  what: 'parameter' | 'field',
  { baseUrl, path }: Request,
  response: Response,
): T | null {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue) => ({
    path: issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.'),
    message: issue.code === 'unrecognized_keys' ? `is no ${what} here` : issue.message,
  }))
  const wrong = errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')
  sendProblem(response, { status: 400, title: `Bad ${what}`, detail: `Of ${baseUrl}${path}: ${wrong}.`, errors })
  return null
}
