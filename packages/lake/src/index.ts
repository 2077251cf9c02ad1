// The lake: every record of the log in CSV files that never change, each record exactly once.
export * from './append.ts'
export * from './coverage.ts'
export * from './file-system.ts'
export * from './format-rows.ts'
export * from './partition.ts'
export * from './read-file.ts'
export * from './row.ts'
export * from './settings.ts'
