// The patients' sensors that a scan has met, found by the bytes of their two cells without making texts of them.

const tableSize = 16_384
/** So many sources may share a place. Where ids were chosen to meet there, the rest are found more slowly, by their names. */
const mostInPlace = 16

/** A source by its bytes; several may share a place in the table. */
interface KnownSource<Source> {
  bytes: Uint8Array
  source: Source | null
  next: KnownSource<Source> | null
}

export interface SourceTable<Source> {
  /** The source whose cells lie from `begin` up to, not including, `end`, ASCII with a comma between them; `hash` is of all of it. */
  at(bytes: Buffer, begin: number, end: number, hash: number): Source | null
  named(patientId: string, sensorId: string | null): Source
}

/** `sourceOf` is called once for every patient's sensor. */
export function createSourceTable<Source>(
  sourceOf: (patientId: string, sensorId: string | null) => Source,
): SourceTable<Source> {
  const sources = new Map<string, Source>()
  const table: (KnownSource<Source> | null)[] = new Array(tableSize).fill(null)

  function at(bytes: Buffer, begin: number, end: number, hash: number): Source | null {
    // The lower bits are mixed with the upper ones.
    const place = (hash ^ (hash >>> 15)) & (tableSize - 1)
    const length = end - begin
    let known = table[place] as KnownSource<Source> | null
    let looked = 0
    search: for (; known !== null; known = known.next) {
      looked++
      const theirs = known.bytes
      if (theirs.length !== length) continue
      for (let i = 0; i < length; i++) if (theirs[i] !== bytes[begin + i]) continue search
      return known.source
    }
    const [patientId = '', sensorId = ''] = bytes.toString('latin1', begin, end).split(',')
    const source = patientId === '' ? null : named(patientId, sensorId || null)
    if (looked >= mostInPlace) return source
    table[place] = {
      bytes: Uint8Array.prototype.slice.call(bytes, begin, end),
      source,
      next: table[place] as KnownSource<Source> | null,
    }
    return source
  }

  function named(patientId: string, sensorId: string | null): Source {
    const name = JSON.stringify([patientId, sensorId])
    let source = sources.get(name)
    if (source === undefined) {
      source = sourceOf(patientId, sensorId)
      sources.set(name, source)
    }
    return source
  }

  return { at, named }
}
