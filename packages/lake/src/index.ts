// The lake: every record of the log in CSV files that never change, each record exactly once.
export * from './local/append.ts'
export * from './local/coverage.ts'
export * from './local/file-system.ts'
export * from './local/partition.ts'
export * from './local/read-file.ts'
export * from './rows/format-rows.ts'
export * from './rows/row.ts'
export * from './settings.ts'
