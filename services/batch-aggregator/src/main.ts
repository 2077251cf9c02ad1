// batch-aggregator as a process of its own: one run and its table; with --watch it stays and runs when asked.
import '@health/runtime/compile-cache'

const { runService } = await import('@health/runtime')
const { runCommand } = await import('./command.ts')
const { settings } = await import('./config.ts')
const { startBatchAggregator } = await import('./service.ts')

const args = process.argv.slice(2)
if (args.includes('--watch')) await runService('batch-aggregator', settings, startBatchAggregator)
else await runCommand(args, process.env)
