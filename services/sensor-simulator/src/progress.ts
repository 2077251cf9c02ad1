// Progress of a replay, for a person at a terminal.

const everyMs = 500

/** Shows on standard error how many of `total` rows are through, and how fast; nothing where that is no terminal. */
export function showProgress(total: number, done: () => number): { end(): void } {
  const { stderr } = process
  if (!stderr.isTTY) return { end() {} }
  const start = performance.now()
  const timer = setInterval(() => {
    const rows = done()
    const share = Math.floor((100 * rows) / total)
    const rate = Math.round((1000 * rows) / (performance.now() - start))
    stderr.write(`\r\x1b[KTrace: ${rows} of ${total} rows (${share} %), ${rate} rows/s`)
  }, everyMs)
  return {
    end() {
      clearInterval(timer)
      stderr.write('\r\x1b[K')
    },
  }
}
