// The help of a command: printed instead of running it, so that asking never changes anything.

/** Where `args` ask for help, prints `help` on standard output and ends the process with 0. */
export function answerHelp(args: readonly string[], help: string): void {
  if (!args.includes('--help') && !args.includes('-h')) return
  process.stdout.write(`${help.trimEnd()}\n`)
  process.exit(0)
}
