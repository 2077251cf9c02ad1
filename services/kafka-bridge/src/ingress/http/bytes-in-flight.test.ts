import { expect, test } from 'vitest'
import { createBytesInFlight } from './bytes-in-flight.ts'

test('all holders together stay within the bound', () => {
  const bytes = createBytesInFlight(100)
  const one = bytes.open()
  const other = bytes.open()
  expect(one.take(60)).toBe(true)
  expect(other.take(41)).toBe(false)
  expect(other.take(40)).toBe(true)
  expect(one.take(1)).toBe(false)
  one.release()
  one.release()
  expect(other.take(60)).toBe(true)
  expect(other.take(1)).toBe(false)
})
