// Tells everybody the news in rounds, at most four a second: each browser gets all that is due in one go, some at a time,
// so that however many there are, nobody who watches a patient waits for the crowd.
import { createThrottle } from './throttle.ts'

export interface RoundsOptions<News, Message> {
  /** Who is told now. */
  members(): Iterable<string>
  /** What is told in one go. */
  write(news: readonly News[]): Message
  tell(member: string, message: Message): void
  /** Epoch ms. */
  now(): number
}

export interface Rounds<News> {
  /** For the next round: `take` is called as it begins. In place of what waits under the same name. */
  add(name: string, take: () => News[]): void
  /** To be told nothing more in the round under way: gone, or told everything afresh. */
  skip(member: string): void
  stop(): void
}

const everyMs = 250
/** Longer at a time, and what else happens would be seen late. */
const sliceMs = 4

export function createRounds<News, Message>(options: RoundsOptions<News, Message>): Rounds<News> {
  const { members, write, tell, now } = options
  const due = new Map<string, () => News[]>()
  let waiting = new Set<string>()
  let next: NodeJS.Immediate | undefined
  const throttle = createThrottle(everyMs, begin, now)

  function begin(): void {
    const news = [...due.values()].flatMap((take) => take())
    due.clear()
    waiting = new Set(members())
    if (waiting.size > 0) tellSome(write(news))
  }

  function tellSome(message: Message): void {
    next = undefined
    const end = now() + sliceMs
    for (const member of waiting) {
      waiting.delete(member)
      tell(member, message)
      if (now() >= end) break
    }
    if (waiting.size > 0) next = setImmediate(tellSome, message)
    else if (due.size > 0) throttle.request()
  }

  return {
    add(name, take) {
      due.set(name, take)
      if (next === undefined) throttle.request()
    },
    skip: (member) => void waiting.delete(member),
    stop() {
      throttle.stop()
      clearImmediate(next)
    },
  }
}
