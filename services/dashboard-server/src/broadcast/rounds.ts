// Tells everybody the news, each at most four times a second and all that is due in one go. Many are told group by group,
// spread over the quarter of a second, and some of a group at a time: so that however many there are, nobody waits for the
// whole crowd, least of all who watches a patient.

export interface RoundsOptions<Due, Message> {
  /** What is told in one go. */
  write(due: readonly Due[]): Message
  tell(member: string, message: Message): void
  /** Epoch ms. */
  now(): number
}

export interface Rounds<Due> {
  /** Is told what is added from now on. */
  join(member: string): void
  /** To be told nothing more, not even in the turn under way: gone, or told everything afresh. */
  leave(member: string): void
  /** For everybody's next turn; in place of what waits under the same key. */
  add(key: string, due: Due): void
  stop(): void
}

const everyMs = 250
/** For each group the news are written once. */
const groupSize = 1000
/** Longer at a time, and what else happens would be seen late. */
const sliceMs = 4

interface Group<Due> {
  members: Set<string>
  due: Map<string, Due>
  /** When its last turn began. */
  begunAt: number
}

export function createRounds<Due, Message>({ write, tell, now }: RoundsOptions<Due, Message>): Rounds<Due> {
  const groups: Group<Due>[] = []
  const groupOf = new Map<string, Group<Due>>()
  /** Who is still to be told in the turn under way. */
  let waiting = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let next: NodeJS.Immediate | undefined
  let begunAt = Number.NEGATIVE_INFINITY

  /** Of the groups that have something due, that one is next whose last turn is the longest ago. */
  function plan(): void {
    if (timer !== undefined || next !== undefined) return
    const told = groups.filter(({ members }) => members.size > 0)
    const [group] = told.filter(({ due }) => due.size > 0).sort((a, b) => a.begunAt - b.begunAt)
    if (group === undefined) return
    const at = Math.max(group.begunAt + everyMs, begunAt + everyMs / told.length)
    // A clock that was set back must not hold it up for longer.
    timer = setTimeout(begin, Math.min(everyMs, Math.max(0, at - now())), group)
  }

  function begin(group: Group<Due>): void {
    timer = undefined
    // All members may have left since.
    if (group.due.size === 0) {
      plan()
      return
    }
    begunAt = group.begunAt = now()
    waiting = new Set(group.members)
    const message = write([...group.due.values()])
    group.due.clear()
    tellSome(message)
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
    else plan()
  }

  return {
    join(member) {
      let group = groups.find(({ members }) => members.size < groupSize)
      if (group === undefined) {
        group = { members: new Set(), due: new Map(), begunAt: Number.NEGATIVE_INFINITY }
        groups.push(group)
      }
      group.members.add(member)
      groupOf.set(member, group)
    },
    leave(member) {
      const group = groupOf.get(member)
      groupOf.delete(member)
      waiting.delete(member)
      group?.members.delete(member)
      if (group?.members.size === 0) group.due.clear()
    },
    add(key, due) {
      for (const group of groups) if (group.members.size > 0) group.due.set(key, due)
      plan()
    },
    stop() {
      groups.length = 0
      clearTimeout(timer)
      clearImmediate(next)
    },
  }
}
