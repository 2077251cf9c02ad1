// One line on a terminal that says how a command gets on, and vanishes when it is done.

export interface ProgressLine {
  show(message: string): void
  clear(): void
}

/** Writes to a terminal only: a file or a pipe gets nothing. */
export function createProgressLine(stream: NodeJS.WriteStream): ProgressLine {
  const write = (text: string) => {
    if (stream.isTTY) stream.write(`\r\u001b[K${text}`)
  }
  return { show: (message) => write(`${message} …`), clear: () => write('') }
}
