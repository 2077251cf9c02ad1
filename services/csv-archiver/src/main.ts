// csv-archiver as a process of its own: keeps every record of the log for ever, in the lake.
import { runService } from '@health/runtime'
import { settings } from './config.ts'
import { startCsvArchiver } from './service.ts'

await runService('csv-archiver', settings, startCsvArchiver)
