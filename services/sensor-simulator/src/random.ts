// Randomness as a value: the same seeds give the same numbers, on every machine.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number
  /** The same, kept within 2 standard deviations: for what makes one person or device differ from another. */
  trait(): number
  /** `true` with this probability. */
  chance(probability: number): boolean
  /** One of them, each as likely. */
  pick<T>(items: readonly [T, ...T[]]): T
}

/** A stream of numbers that depends on all seeds; other seeds, even neighbouring ones, give an unrelated stream. */
export function createRandom(...seeds: number[]): Random {
  let state = seeds.reduce((hash, seed) => mix(hash ^ mix(seed | 0)), 0x9e3779b9)

  // Mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for one patient.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  // Box and Muller 1958; 1 − next() is never 0.
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    normal,
    trait: () => Math.max(-2, Math.min(2, normal())),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  }
}

/** The finaliser of MurmurHash3: every bit of the input changes half the bits of the output. */
function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/**
 * The next value of a quantity that wanders around 0 with standard deviation `sd` and forgets where it was within
 * `memory` minutes: the Ornstein-Uhlenbeck process, exact for any step.
 */
export function drift(value: number, sd: number, memory: number, minutes: number, random: Random): number {
  const kept = Math.exp(-minutes / memory)
  return value * kept + sd * Math.sqrt(1 - kept * kept) * random.normal()
}
