// Reads the rows of lake files fast: the columns from the bytes as they lie, without a text or an object for each. Whatever
// it declines goes to the lake's own reader; a property test holds the two equal.
import { closeSync, openSync, readSync } from 'node:fs'
import { parseCanonicalTime } from '@health/domain'
import type { LakeFile } from '../local/partition.ts'
import { checkOrder, damaged, readLine } from '../local/read-file.ts'
import { lakeHeader, parseDecimal } from '../rows/row.ts'
import { createSourceTable } from './source-table.ts'

/** A row in the hands of the scanner: the next one takes its place. `Source` stands for a patient's sensor. */
export interface ScannedRow<Source> {
  offset: number
  /** Epoch ms, as all times here. */
  receivedAt: number
  /** `null` where no patient could be read of the record. */
  source: Source | null
  /** NaN where no time could be read. */
  measuredAt: number
  /** Signals are there only if the whole record is a reading; plausible or not. */
  glucoseMgdl: number | null
  heartRateBpm: number | null
  temperatureC: number | null
}

/** Which rows of a file are wanted: the offsets `from` up to, not including, `to`. */
interface OffsetRange {
  from: number
  to: number
}

export interface RowScanner<Source> {
  /**
   * Gives the wanted rows of a file to `onRow`, in their order. Throws `LakeFileDamaged` at the first row that is not as it
   * was written, and what the file system throws.
   */
  scan(file: LakeFile, wanted: OffsetRange, onRow: (row: ScannedRow<Source>) => void): void
}

const [lineEnd, space, quote, comma, minus, point, zero, colon, tilde, z] = [
  0x0a, 0x20, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x3a, 0x7e, 0x5a,
] as const
const dayMs = 86_400_000

const readBytes = 1024 * 1024
/** Behind the bytes read there are always so many more: a time may be looked at before its row is known to be that long. */
const slack = 64
/** Longest number of digits, point left out, that a double holds exactly. */
const exactDigits = 15
const powersOfTen = Array.from({ length: exactDigits + 1 }, (_, n) => 10 ** n)
/** `2026-11-24` */
const dateLength = 10
/** `2026-11-24T02:00:00.000Z` */
const timeLength = 24
/** The date of a time that was read, as bytes (`2026`, `-11-`, `24T`) and as epoch ms: most times have that of the one before. */
interface KnownDate {
  year: number
  month: number
  day: number
  ms: number
}

const noDate = (): KnownDate => ({ year: 0, month: 0, day: 0, ms: Number.NaN })

/** `sourceOf` is called once for every patient's sensor; with `null` no row has a source. */
export function createRowScanner<Source>(
  sourceOf: ((patientId: string, sensorId: string | null) => Source) | null,
): RowScanner<Source> {
  let bytes = Buffer.allocUnsafe(readBytes + slack)
  let view = viewOf(bytes)
  /** What is looked at next. */
  let at = 0
  const sources = sourceOf === null ? null : createSourceTable(sourceOf)
  const receivedDate = noDate()
  const measuredDate = noDate()
  const row: ScannedRow<Source> = {
    offset: 0,
    receivedAt: Number.NaN,
    source: null,
    measuredAt: Number.NaN,
    glucoseMgdl: null,
    heartRateBpm: null,
    temperatureC: null,
  }

  function scan(file: LakeFile, wanted: OffsetRange, onRow: (row: ScannedRow<Source>) => void): void {
    const descriptor = openSync(file.path, 'r')
    try {
      const position = { rows: 0, offset: file.firstOffset - 1 }
      let begin = lakeHeader.length
      let kept = 0
      for (;;) {
        const read = readSync(descriptor, bytes, kept, bytes.length - slack - kept, null)
        const end = kept + read
        const whole = bytes.subarray(0, end).lastIndexOf(lineEnd) + 1
        if (!scanLines(file, position, begin, whole, wanted, onRow)) return
        if (read === 0 && whole < end) throw damaged(file, 'its last row has no end')
        if (read === 0) return
        begin = Math.max(0, begin - whole)
        kept = end - whole
        makeRoom(whole, end)
      }
    } finally {
      closeSync(descriptor)
    }
  }

  /** Moves what is left of the bytes to the front; a row that fills them gets twice the room. */
  function makeRoom(from: number, end: number): void {
    const left = bytes.subarray(from, end)
    if (left.length === bytes.length - slack) {
      bytes = Buffer.allocUnsafe(2 * left.length + slack)
      view = viewOf(bytes)
    }
    bytes.set(left)
  }

  /** `position`: how many rows were read and the offset of the last one. Returns whether more may be wanted. */
  function scanLines(
    file: LakeFile,
    position: { rows: number; offset: number },
    begin: number,
    end: number,
    { from, to }: OffsetRange,
    onRow: (row: ScannedRow<Source>) => void,
  ): boolean {
    const dateFrom = Date.parse(file.date)
    const dateTo = dateFrom + dayMs
    let { rows, offset } = position
    at = begin
    while (at < end) {
      const line = at
      rows++
      const isRead =
        readCells(file.partition) && row.offset > offset && row.receivedAt >= dateFrom && row.receivedAt < dateTo
      if (!isRead) readDeclined(file, line, offset, `row ${rows}`)
      offset = row.offset
      if (offset >= to) return false
      if (offset >= from) onRow(row)
    }
    position.rows = rows
    position.offset = offset
    return true
  }

  /** Leaves to the lake's own reader the line that begins at `line`. */
  function readDeclined(file: LakeFile, line: number, previous: number, which: string): void {
    at = bytes.indexOf(lineEnd, line) + 1
    const read = readLine(file, bytes.subarray(line, at), which)
    checkOrder(file, read, previous, which)
    row.offset = read.offset
    row.receivedAt = read.receivedAt
    row.source = read.patientId === null || sources === null ? null : sources.named(read.patientId, read.sensorId)
    row.measuredAt = read.measuredAt ?? Number.NaN
    row.glucoseMgdl = read.glucoseMgdl
    row.heartRateBpm = read.heartRateBpm
    row.temperatureC = read.temperatureC
  }

  function readCells(partition: number): boolean {
    if (readWhole() !== partition) return false
    // Behind what is no number or time the line may be over.
    const offset = readWhole()
    if (Number.isNaN(offset)) return false
    const receivedAt = readTime(receivedDate)
    if (Number.isNaN(receivedAt) || !readSource()) return false
    let measuredAt = Number.NaN
    if (bytes[at] === comma) at++
    else {
      measuredAt = readTime(measuredDate)
      if (Number.isNaN(measuredAt)) return false
    }
    const glucoseMgdl = readDecimal()
    const heartRateBpm = readDecimal()
    const temperatureC = readDecimal()
    if (Number.isNaN(glucoseMgdl) || Number.isNaN(heartRateBpm) || Number.isNaN(temperatureC)) return false
    row.offset = offset
    row.receivedAt = receivedAt
    row.measuredAt = measuredAt
    row.glucoseMgdl = glucoseMgdl
    row.heartRateBpm = heartRateBpm
    row.temperatureC = temperatureC
    return skipRaw()
  }

  /** A whole number and the comma behind it; NaN for anything else. */
  function readWhole(): number {
    let n = 0
    let end = at
    for (; ; end++) {
      const digit = (bytes[end] as number) - zero
      if (digit >>> 0 > 9) break
      n = 10 * n + digit
    }
    const digits = end - at
    at = end + 1
    return digits === 0 || digits > exactDigits || bytes[end] !== comma ? Number.NaN : n
  }

  /** A canonical time and the comma behind it; NaN for anything else. */
  function readTime(known: KnownDate): number {
    const date = readDate(known)
    // `24T0`, `2:00`, `:00.` and `000Z`: two digits at a time would be looked at for their bounds one by one.
    const hours = view.getUint32(at + 8)
    const minutes = view.getUint32(at + 12)
    const seconds = view.getUint32(at + 16)
    const rest = view.getUint32(at + 20)
    const hour = 10 * digit(hours) + digit(minutes >>> 24)
    const minute = 10 * digit(minutes >>> 8) + digit(minutes)
    const second = 10 * digit(seconds >>> 16) + digit(seconds >>> 8)
    const millisecond = 100 * digit(rest >>> 24) + 10 * digit(rest >>> 16) + digit(rest >>> 8)
    const isTime =
      hour < 24 &&
      minute < 60 &&
      second < 60 &&
      millisecond < 1000 &&
      ((minutes >>> 16) & 0xff) === colon &&
      seconds >>> 24 === colon &&
      (seconds & 0xff) === point &&
      (rest & 0xff) === z &&
      bytes[at + timeLength] === comma
    at += timeLength + 1
    return isTime ? date + (3_600_000 * hour + 60_000 * minute + 1000 * second + millisecond) : Number.NaN
  }

  /** The date and the `T` behind it as epoch ms; NaN for anything else. */
  function readDate(known: KnownDate): number {
    const year = view.getUint32(at)
    const month = view.getUint32(at + 4)
    const day = view.getUint32(at + 8) >>> 8
    if (day === known.day && month === known.month && year === known.year) return known.ms
    known.year = year
    known.month = month
    known.day = day
    known.ms = parseCanonicalTime(`${bytes.toString('latin1', at, at + dateLength + 1)}00:00:00.000Z`) ?? Number.NaN
    return known.ms
  }

  /** The two cells of the source, and the comma behind them; `false` for anything that is not plain ASCII. */
  function readSource(): boolean {
    // FNV-1a.
    let hash = 0
    let end = at
    for (let cells = 0; ; end++) {
      const byte = bytes[end] as number
      if (byte === comma && ++cells === 2) break
      if (byte < space || byte > tilde || byte === quote) return false
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
    row.source = sources === null ? null : sources.at(bytes, at, end, hash)
    at = end + 1
    return true
  }

  /** A number, or nothing, and the comma behind it; NaN for anything else. */
  function readDecimal(): number | null {
    let end = at
    if (bytes[end] === comma) {
      at = end + 1
      return null
    }
    const isNegative = bytes[end] === minus
    if (isNegative) end++
    const first = end
    let n = 0
    let points = 0
    let decimals = 0
    for (; ; end++) {
      const digit = (bytes[end] as number) - zero
      if (digit >>> 0 <= 9) {
        n = 10 * n + digit
        decimals += points
      } else if (digit === point - zero) points++
      else break
    }
    const digits = end - first - points
    if (bytes[end] !== comma || digits === 0 || digits > exactDigits || points > 1) return readOtherDecimal()
    at = end + 1
    // Two numbers that a double holds exactly: what they come to is the double nearest to what is written.
    if (decimals > 0) n /= powersOfTen[decimals] as number
    return isNegative ? -n : n
  }

  /** The rare number with an exponent or more digits. */
  function readOtherDecimal(): number {
    const end = bytes.indexOf(comma, at)
    const text = bytes.toString('latin1', at, Math.max(at, end))
    at = end + 1
    return parseDecimal(text)
  }

  /** The last cell and the end of the line; `false` where CSV would not write it so. */
  function skipRaw(): boolean {
    if (bytes[at] === quote) return skipQuoted()
    let end = at
    for (; ; end++) {
      const byte = bytes[end] as number
      if (byte < space || byte === comma || byte === quote) break
    }
    at = end + 1
    return bytes[end] === lineEnd
  }

  function skipQuoted(): boolean {
    let end = at + 1
    for (; ; end++) {
      const byte = bytes[end] as number
      if (byte < space) return false
      // A quote inside is doubled; one that is not ends the cell.
      if (byte === quote && bytes[++end] !== quote) break
    }
    at = end + 1
    return bytes[end] === lineEnd
  }

  return { scan }
}

/** The digit in the lowest byte of a word; for anything else a number too large to be part of a time. */
function digit(word: number): number {
  const value = (word & 0xff) - zero
  return value >>> 0 > 9 ? 1000 : value
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length)
