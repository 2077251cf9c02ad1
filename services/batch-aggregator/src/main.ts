// batch-aggregator as a process of its own: one run and its table; with --watch it stays and runs when asked.
import { runService } from '@health/runtime'
import { runCommand } from './command.ts'
import { settings } from './config.ts'
import { startBatchAggregator } from './service.ts'

const args = process.argv.slice(2)
if (args.includes('--watch')) await runService('batch-aggregator', settings, startBatchAggregator)
else await runCommand(args, process.env)
