// csv-archiver as a process of its own: keeps every record of the log for ever, in the lake.
import '@health/runtime/compile-cache'

const { runService } = await import('@health/runtime')
const { settings } = await import('./config.ts')
const { startCsvArchiver } = await import('./service.ts')

await runService('csv-archiver', settings, startCsvArchiver)
