// Answers that refuse: problem details as of RFC 9457.
import type { Response } from 'express'

export interface Problem {
  status: number
  title: string
  /** The same, for programs that tell apart what one status says. */
  code?: string
  /** Where it is and what to do about it, for a person. */
  detail: string
  /** The fields or parameters that are wrong. */
  errors?: readonly { path: string; message: string }[]
}

/** Answers with `problem` as `application/problem+json`. */
export function sendProblem(response: Response, problem: Problem): void {
  if (problem.status === 503) response.set('retry-after', '1')
  response
    .status(problem.status)
    .type('application/problem+json')
    .json({ type: 'about:blank', ...problem })
}
