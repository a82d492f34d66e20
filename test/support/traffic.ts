/** Other customers, who write one message after another while something else is tried. */
export interface Traffic {
  /** How many answers they have had so far. */
  turns(): number
  /**
   * Lets them finish, and says on the terminal how many turns a second they made until now: what a busy machine does
   * is no mistake, so no test fails for it.
   */
  end(): Promise<void>
}

/** So many of them begin; `write` sends the nth message of all and waits for its answer. */
export function startTraffic(
  customers: number,
  write: (customer: number, n: number) => Promise<unknown>,
): Traffic {
  const start = performance.now()
  let isOver = false
  let begun = 0
  let turns = 0
  const all = Array.from({ length: customers }, async (_, customer) => {
    while (!isOver) {
      await write(customer, begun++)
      turns++
    }
  })
  return {
    turns: () => turns,
    async end() {
      const seconds = (performance.now() - start) / 1000
      const rate = Math.round(turns / seconds)
      process.stdout.write(`      ${rate} turns/s of others (${turns} in ${seconds.toFixed(1)} s)\n`)
      isOver = true
      await Promise.all(all)
    },
  }
}

/** Does it for all, so many at a time. */
export async function together<A, B>(
  most: number,
  all: readonly A[],
  act: (one: A, index: number) => Promise<B>,
): Promise<B[]> {
  const results: B[] = []
  const queue = all.entries()
  const work = async () => {
    for (const [i, one] of queue) results[i] = await act(one, i)
  }
  await Promise.all(Array.from({ length: most }, work))
  return results
}

/** What the bank does until its news is taken; gives the last status. A busy machine answers 503 meanwhile. */
export async function insist(url: string, headers: Record<string, string>, body: Buffer): Promise<number> {
  for (;;) {
    const { status } = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })
    if (status !== 503) return status
  }
}
