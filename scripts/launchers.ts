// Notices that the package manager that started this process has ended. `kill` on `npx pnpm demo` ends npm and its shell,
// which do not pass the signal on: pnpm and the demo below it would run on, unseen, and hold the ports.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const pollMs = 500

export interface RunningProcess {
  pid: number
  parent: number
  /** The command line as `ps` shows it. */
  command: string
}

/** Calls `onEnded` once when a package manager between the user's shell and this process has ended. */
export async function watchLaunchers(onEnded: () => void): Promise<void> {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const launchers = launchersOf(process.ppid, await runningProcesses())
  if (launchers.length === 0) return
  const timer = setInterval(() => {
    if (launchers.every(isRunning)) return
    clearInterval(timer)
    onEnded()
  }, pollMs).unref()
}

/**
 * The process ids from `pid` up to the topmost package manager, with the shells in between. What is above, like a
 * terminal or a script that has put the demo into the background, may end without ending the demo.
 */
export function launchersOf(pid: number, processes: readonly RunningProcess[]): number[] {
  const byPid = new Map(processes.map((each) => [each.pid, each]))
  const chain: RunningProcess[] = []
  for (let at = byPid.get(pid); at !== undefined && isLauncher(at); at = byPid.get(at.parent)) chain.push(at)
  const top = chain.findLastIndex(({ command }) => packageManager.test(command))
  return chain.slice(0, top + 1).map((each) => each.pid)
}

/** `pnpm demo`, `npm exec pnpm@12 demo`, `node /usr/lib/node_modules/npm/bin/npx-cli.js …` */
const packageManager = /^(?:\S*\bnode\S* )?(?:\S*\/)?(?:npm|npx|pnpm|pnpx)(?:-cli)?(?:\.[cm]?js)?(?: |$)/
const shellWithCommand = /^(?:\S*\/)?(?:sh|bash|dash|ash|zsh) -c /

const isLauncher = ({ command }: RunningProcess): boolean =>
  packageManager.test(command) || shellWithCommand.test(command)

/** All processes of this machine; none where there is no `ps`. */
async function runningProcesses(): Promise<RunningProcess[]> {
  const list = promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args='], { maxBuffer: 100_000_000 })
  const { stdout } = await list.catch(() => ({ stdout: '' }))
  return [...stdout.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)].map(([, pid, parent, command = '']) => ({
    pid: Number(pid),
    parent: Number(parent),
    command: command.trim(),
  }))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
