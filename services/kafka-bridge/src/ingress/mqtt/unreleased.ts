// Quality of service 2: a message that is sent again before its id is released by PUBREL is the same message.

export interface UnreleasedIds {
  /** The state of the id so far; a new one is `storing` from now on. */
  begin(id: number): 'new' | 'storing' | 'stored'
  stored(id: number): void
  /** Forgets the id; `false`, and nothing happens, while its message is being stored. */
  release(id: number): boolean
}

const [none, storing, stored] = [0, 1, 2]

/** The ids, 1 to 65,535, of one connection. */
export function createUnreleasedIds(): UnreleasedIds {
  // However many are left open, it is 64 KiB; most connections have none.
  let states: Uint8Array | null = null

  return {
    begin(id) {
      states ??= new Uint8Array(65_536)
      if (states[id] === none) {
        states[id] = storing
        return 'new'
      }
      return states[id] === storing ? 'storing' : 'stored'
    },
    stored(id) {
      if (states !== null) states[id] = stored
    },
    release(id) {
      if (states?.[id] === storing) return false
      if (states !== null) states[id] = none
      return true
    },
  }
}
