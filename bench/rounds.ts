/** Measures something for about this many milliseconds and gives a figure: microseconds a call, turns a second. */
export type Measure = (ms: number) => Promise<number>

/** The figures of each contender, one for each round. */
export type Figures<Name extends string> = Record<Name, number[]>

/**
 * Lets contenders take their rounds in turn, so that a noisy machine is noisy for all of them.
 * The first, unrecorded round warms them up; the order is reversed from round to round.
 */
export async function takeRounds<Name extends string>(
  contenders: Record<Name, Measure>,
  { rounds, ms }: { rounds: number; ms: number },
): Promise<Figures<Name>> {
  const names = Object.keys(contenders) as Name[]
  const figures = Object.fromEntries(names.map((name) => [name, []])) as unknown as Figures<Name>
  for (let round = 0; round <= rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figure = await contenders[name](ms)
      if (round > 0) figures[name].push(figure)
    }
  }
  return figures
}

/**
 * Microseconds of one call, from as many calls as fit. Counts the time that this thread has worked, for calls that
 * wait for nothing: by the clock the same ratio came out between 1.3 and 2.5 on a machine that others use too.
 */
export function perCall(call: () => Promise<unknown>): Measure {
  return async (ms) => {
    const began = performance.now()
    const before = process.threadCpuUsage()
    let calls = 0
    while (performance.now() - began < ms) {
      for (let i = 0; i < 50; i++) await call()
      calls += 50
    }
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / calls
  }
}

/** The middle one; of an even number the lower of the two. */
export function median(figures: readonly number[]): number {
  return quantile(figures, 0.5)
}

/** The figure that `share` of all do not exceed. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const figure = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (figure === undefined) throw new Error('There is no quantile of no figures: nothing was measured.')
  return figure
}

/** The median of the ratios round by round, in which the noise of a moment cancels out. */
export function ratio(above: readonly number[], below: readonly number[]): number {
  return median(above.map((figure, round) => figure / (below[round] as number)))
}
