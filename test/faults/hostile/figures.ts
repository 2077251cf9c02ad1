// What a storm of inputs came to.
export interface StormFigures {
  /** Generated inputs: messages, each line of a body one. */
  inputs: number
  /** How often each outcome came. */
  outcomes: Map<string, number>
}

/** One more of that name. */
export const count = (counts: Map<string, number>, name: string | number): void =>
  void counts.set(String(name), (counts.get(String(name)) ?? 0) + 1)
