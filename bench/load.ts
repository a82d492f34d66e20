import { type Context, type Findings, play } from '../test/fault/scenario.ts'
import { inFolder } from './folder.ts'
import { overload } from './loadOverload.ts'
import { pace } from './loadPace.ts'
import { openStreet } from './loadStreet.ts'
import { unlocks } from './loadUnlocks.ts'

/** What is asked of a run; everything else is as in `whole`, or `cut`. */
export interface Load {
  storage: 'sqlite' | 'postgres'
  processes: number
  quick: boolean
  seed: number
  rate?: number
  seconds?: number
}

const whole = {
  ...{ rate: 300, seconds: 60, conversations: 500, closedMs: 3000, rounds: 3 },
  overload: { customers: 1500, seconds: 30, recovery: 20 },
  unlocks: { requests: 200, seconds: 5, rate: 200 },
}

/** A few seconds that prove that each part does its work; times say nothing then. */
const cut = {
  ...{ rate: 30, seconds: 2, conversations: 20, closedMs: 100, rounds: 1 },
  overload: { customers: 40, seconds: 1, recovery: 1 },
  unlocks: { requests: 5, seconds: 1, rate: 20 },
}

/** Runs all parts one after the other on a Kaijo of their own; `asked` is what was really done, for the report. */
export async function playLoad(
  { storage, processes, quick, seed, ...given }: Load,
  log: (line: string) => void,
): Promise<{ found: Findings; asked: Record<string, string | number> }> {
  const form = { ...(quick ? cut : whole), ...given }
  const run = async (context: Context) =>
    inFolder(async (dir) => {
      const street = await openStreet(dir, { storage, processes })
      try {
        const customers = await street.settle(form.conversations)
        const baseline = await pace(street, customers, form, context)
        await unlocks(street, customers, form.unlocks, context)
        await overload(street, form.overload, { ...baseline, rate: form.rate }, context)
      } finally {
        await street.end()
      }
    })
  const found = await play({ run }, { quick, seed, log })
  const { rate, seconds, conversations } = form
  const asked = { form: quick ? 'quick' : 'whole', storage, processes, seed, rate, seconds, conversations }
  return { found, asked }
}
