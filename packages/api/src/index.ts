// The interface of dashboard-server: rows, events and session, and how values of the domain become rows.
export * from './events.ts'
export * from './pipeline.ts'
export * from './rows.ts'
export * from './session.ts'
export * from './to-rows.ts'
