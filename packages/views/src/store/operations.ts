// What both backends ask of a step before they touch anything.
import type { Operation } from './store.ts'

/** The name under which Redis keeps the changes. */
export const changesKey = 'changes'

export type ReadOperation = Extract<Operation, { op: 'getAll' | 'get' | 'range' }>

/** Whether an operation changes nothing and tells nothing. */
export const isRead = (operation: Operation): operation is ReadOperation =>
  operation.op === 'getAll' || operation.op === 'get' || operation.op === 'range'

/** Throws a `RangeError` on an operation that is a bug, before any of the step is done. */
export function checkOperation(operation: Operation): void {
  if ('key' in operation && operation.key === changesKey) throw new RangeError(`The key ${changesKey} is reserved`)
  if (!wholeNumbers(operation)) throw new RangeError(`Not a whole number in ${JSON.stringify(operation)}`)
  if (operation.op === 'push' && (operation.keep ?? 1) < 1) throw new RangeError('push must keep at least one item')
}

function wholeNumbers(operation: Operation): boolean {
  switch (operation.op) {
    case 'range':
      return Number.isSafeInteger(operation.from) && Number.isSafeInteger(operation.to)
    case 'add':
      return Number.isSafeInteger(operation.by)
    case 'push':
      return Number.isSafeInteger(operation.keep ?? 1)
    default:
      return true
  }
}
