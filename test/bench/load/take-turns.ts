// So many pieces of work, so many at a time.

/** Does `work` for 0 … `count` − 1 and resolves to the seconds that all took. */
export async function takeTurns(
  count: number,
  concurrent: number,
  work: (n: number) => Promise<void>,
): Promise<number> {
  const begun = performance.now()
  let next = 0
  const workers = Array.from({ length: concurrent }, async () => {
    while (next < count) await work(next++)
  })
  await Promise.all(workers)
  return (performance.now() - begun) / 1000
}
