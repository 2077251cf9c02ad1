// `pnpm run batch`: daily statistics from the lake into the batch views of the system that runs here.
import '@health/runtime/compile-cache'

const { help, readArguments, runCommand } = await import('@health/batch-aggregator/command')
const { exitWith } = await import('@health/runtime')
const { answerHelp } = await import('@health/runtime/help')
const { resolveTarget, sayTarget } = await import('./target.ts')

const args = process.argv.slice(2)
answerHelp(args, help)
try {
  const { lake, system } = readArguments(args)
  // A lake given by its folder needs no system.
  const target = lake === undefined ? await resolveTarget(process.env, { system }) : { name: lake, env: process.env }
  process.stderr.write(`${lake === undefined ? sayTarget(target) : `Reading ${lake}; nothing is published.`}\n`)
  await runCommand(args, target.env)
} catch (error) {
  exitWith(error)
}
