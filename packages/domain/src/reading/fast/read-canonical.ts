// The fast path: reads a message in the canonical form straight from its bytes, in less than half the time that JSON.parse
// alone takes. Whatever it declines goes to the schema; a property test holds the two equal.

import { idPattern, maxIdLength, type Reading, wireNames } from '../reading.ts'
import { messageFields } from '../schema.ts'
import { knownText } from './known-text.ts'

const [space, quote, comma, minus, point, zero, colon, upperT, upperZ, backslash, lowerA, tilde, open, close] = [
  0x20, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x3a, 0x54, 0x5a, 0x5c, 0x61, 0x7e, 0x7b, 0x7d,
] as const

/** Longer messages are declined. */
const mostBytes = 4096
/** Words may be read that reach beyond the end. */
const roomBehind = 32

/** The message, copied to where all can be read in the fastest way; a zero behind it, which no form allows. */
const bytes = new Uint8Array(mostBytes + roomBehind)
const words = new DataView(bytes.buffer)
/** What is looked at next. */
let at = 0

const wordBytes = 8

/** Some ASCII to compare eight bytes at a time: as doubles, none of which are NaN. The last word overlaps the one before. */
class Token {
  readonly length: number
  readonly #words: number[] = []
  readonly #starts: number[] = []

  constructor(text: string) {
    this.length = text.length
    const view = new DataView(Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer)
    for (let begin = 0; begin < text.length; begin += wordBytes) {
      const start = Math.min(begin, text.length - wordBytes)
      this.#starts.push(start)
      this.#words.push(view.getFloat64(start))
    }
  }

  isNext(): boolean {
    for (let i = 0; i < this.#words.length; i++) {
      if (words.getFloat64(at + (this.#starts[i] as number)) !== this.#words[i]) return false
    }
    return true
  }
}

const field = (name: string): Token => new Token(`"${name}":`)
const patientField = field('patient_id')
const sensorField = field('sensor_id')
const timeField = field('measured_at')
const [glucoseField, heartRateField, temperatureField] = [
  field(wireNames.glucoseMgdl),
  field(wireNames.heartRateBpm),
  field(wireNames.temperatureC),
]

/**
 * The reading that a canonical message holds: the fields of the contract in its order, each at most once, a space allowed
 * after `:` and `,`; behind them any fields with other names and plain values. `null` when the bytes are anything else.
 */
export function readCanonical(message: Uint8Array): Reading | null {
  const { length } = message
  if (length > mostBytes) return null
  bytes.set(message)
  bytes[length] = 0
  at = 1
  if (bytes[0] !== open || !skipField(patientField)) return null
  const patientId = readId()
  let sensorId: string | null = null
  if (skipNextField(sensorField)) {
    sensorId = readId()
    if (sensorId === null) return null
  }
  if (patientId === null || !skipNextField(timeField)) return null
  const measuredAt = readTime()
  if (Number.isNaN(measuredAt)) return null
  const glucoseMgdl = readSignal(glucoseField)
  const heartRateBpm = readSignal(heartRateField)
  const temperatureC = readSignal(temperatureField)
  if (Number.isNaN(glucoseMgdl) || Number.isNaN(heartRateBpm) || Number.isNaN(temperatureC)) return null
  if (glucoseMgdl === null && heartRateBpm === null && temperatureC === null) return null
  while (bytes[at] === comma) if (!skipOtherField()) return null
  if (bytes[at] !== close || at + 1 !== length) return null
  return { patientId, sensorId, measuredAt, glucoseMgdl, heartRateBpm, temperatureC }
}

function skipField(name: Token): boolean {
  if (!name.isNext()) return false
  at += name.length
  skipSpace()
  return true
}

/** The same with a comma before it. */
function skipNextField(name: Token): boolean {
  const begin = at
  if (bytes[at] !== comma) return false
  at++
  skipSpace()
  if (skipField(name)) return true
  at = begin
  return false
}

function skipSpace(): void {
  if (bytes[at] === space) at++
}

/** 1 for a byte that an id may begin with, 2 for one that it may go on with. */
const idBytes = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return idPattern.test(character) ? 1 : idPattern.test(`a${character}`) ? 2 : 0
})

function readId(): string | null {
  const begin = at + 1
  if (bytes[at] !== quote || idBytes[bytes[begin] as number] !== 1) return null
  let end = begin + 1
  while (idBytes[bytes[end] as number]) end++
  if (bytes[end] !== quote || end - begin > maxIdLength) return null
  at = end + 1
  return knownText(bytes, begin, end)
}

/** `"2026-11-24T02:00:00.000Z"` */
const timeLength = 26
const earliestYear = 1900
/** The date that was read last, as the words of `"2026-11-24T`, and when it begins: most times have that of the one before. */
let knownDate = { head: Number.NaN, tail: Number.NaN, ms: Number.NaN }
const dateTail = 4

/** Epoch ms of a time in the canonical form; NaN for anything else. */
function readTime(): number {
  const isKnown = words.getFloat64(at) === knownDate.head && words.getFloat64(at + dateTail) === knownDate.tail
  const date = isKnown ? knownDate.ms : readDate()
  const hour = twoDigits(12)
  const minute = twoDigits(15)
  const second = twoDigits(18)
  const millisecond = 10 * twoDigits(21) + digitAt(23)
  const isTime =
    hour < 24 &&
    minute < 60 &&
    second < 60 &&
    bytes[at + 14] === colon &&
    bytes[at + 17] === colon &&
    bytes[at + 20] === point &&
    bytes[at + 24] === upperZ &&
    bytes[at + 25] === quote
  at += timeLength
  return isTime ? date + 3_600_000 * hour + 60_000 * minute + 1000 * second + millisecond : Number.NaN
}

/** When the date that comes next begins; NaN for none. */
function readDate(): number {
  const [head, tail] = [words.getFloat64(at), words.getFloat64(at + dateTail)]
  const isForm = bytes[at] === quote && bytes[at + 5] === minus && bytes[at + 8] === minus && bytes[at + 11] === upperT
  const year = 100 * twoDigits(1) + twoDigits(3)
  const month = twoDigits(6)
  const day = twoDigits(9)
  const ms = Date.UTC(year, month - 1, day)
  const date = new Date(ms)
  // Date.UTC takes 30 February for 2 March.
  const isDate = year >= earliestYear && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!isForm || !isDate) return Number.NaN
  knownDate = { head, tail, ms }
  return ms
}

/** The value of the digit that far behind `at`; NaN where there is none. */
function digitAt(distance: number): number {
  const digit = (bytes[at + distance] as number) - zero
  return digit >= 0 && digit <= 9 ? digit : Number.NaN
}

const twoDigits = (distance: number): number => 10 * digitAt(distance) + digitAt(distance + 1)

/** The value of a signal, `null` where the message has none; NaN for what is no plain number. */
const readSignal = (name: Token): number | null => (skipNextField(name) ? readNumber() : null)

/** Longest number of digits, point left out, that a double holds exactly. */
const exactDigits = 15
const powersOfTen = Array.from({ length: exactDigits + 1 }, (_, n) => 10 ** n)

/** A JSON number; NaN for anything else, and for one that a double cannot hold. */
function readNumber(): number {
  const begin = at
  const isNegative = bytes[at] === minus
  if (isNegative) at++
  const first = at
  let n = readDigits(0)
  let digits = at - first
  if (digits === 0 || (digits > 1 && bytes[first] === zero)) return Number.NaN
  if (bytes[at] === point) {
    at++
    const decimalsBegin = at
    n = readDigits(n)
    const decimals = at - decimalsBegin
    digits += decimals
    if (decimals === 0) return Number.NaN
    // Two numbers that a double holds exactly: what they come to is the double nearest to what is written.
    n /= powersOfTen[decimals] ?? Number.NaN
  }
  if (digits > exactDigits || (bytes[at] !== comma && bytes[at] !== close)) return readOtherNumber(begin)
  return isNegative ? -n : n
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/
/** Longer ones are declined. */
const longestNumber = 100

/** The rarer number with more digits, or with an exponent. */
function readOtherNumber(begin: number): number {
  let text = ''
  for (at = begin; bytes[at] !== comma && bytes[at] !== close && text.length <= longestNumber; at++) {
    text += String.fromCharCode(bytes[at] ?? 0)
  }
  const n = jsonNumber.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(n) ? n : Number.NaN
}

/** The number that the digits come to behind those of `n`. */
function readDigits(n: number): number {
  let number = n
  let end = at
  for (; ; end++) {
    const digit = (bytes[end] as number) - zero
    if (digit < 0 || digit > 9) break
    number = 10 * number + digit
  }
  at = end
  return number
}

const plainWords = ['true', 'false', 'null']
/** Whether a field that says something has so long a name with that first byte; by both as one number. */
const ownLike = new Set(messageFields.map((name) => likeness(name.length, name.charCodeAt(0))))

function likeness(length: number, first: number): number {
  return 256 * length + first
}

/** Skips a comma and a field that says nothing of a reading; `false` for one that might, and for a value that is not plain. */
function skipOtherField(): boolean {
  at++
  skipSpace()
  const begin = at + 1
  if (!skipString()) return false
  const mayBeOwn = ownLike.has(likeness(at - 1 - begin, bytes[begin] as number))
  if (mayBeOwn || bytes[at] !== colon) return false
  at++
  skipSpace()
  const first = bytes[at] as number
  if (first === quote) return skipString()
  return first >= lowerA ? plainWords.some(skipWord) : !Number.isNaN(readNumber())
}

function skipWord(word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  at += word.length
  return true
}

/** Skips a string of printable ASCII without an escape. */
function skipString(): boolean {
  if (bytes[at] !== quote) return false
  let end = at + 1
  for (; bytes[end] !== quote; end++) {
    const byte = bytes[end] as number
    if (byte < space || byte > tilde || byte === backslash) return false
  }
  at = end + 1
  return true
}
