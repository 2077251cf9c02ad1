// The event log: the only way into the system.
export * from './check-position.ts'
export * from './dead-letter.ts'
export * from './log.ts'
export * from './open-log.ts'
export * from './settings.ts'
