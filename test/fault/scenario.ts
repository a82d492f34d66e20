import { chance } from '../support/chance.ts'

/**
 * One fault, what is done, and what must hold. Each lies in a file of its own, `test/fault/f08PostgresFails.ts`, which
 * exports `scenario`; a new file is found by its name.
 */
export interface Scenario {
  /** `F08`: where docs/measurements.md tells of it, and the name of its report. */
  id: string
  /** A sentence about Kaijo: the name of its quick cut among the tests. */
  title: string
  /**
   * The quick cut is in these tests already, which `npm test` runs: it is not run a second time there, and
   * `npm run fault -- --quick` runs them instead of `run`.
   */
  tests?: readonly string[]
  /** Minutes after which the whole form counts as hanging; 10 unless said otherwise. */
  minutes?: number
  /** Does it, bounded in count and time, and leaves no process and no file behind. Throws when it cannot be done at all. */
  run(context: Context): Promise<void>
}

/** What a scenario is given. */
export interface Context {
  /** The cut for `npm test`: seconds instead of minutes, the same faults. */
  quick: boolean
  /** Of which all chance is made; the same seed does the same. */
  seed: number
  /** Chance from the seed: at least 0, below 1. */
  random(): number
  /** Tells whoever watches how far it is. */
  log(line: string): void
  /** A figure for the report that nothing depends on. */
  figure(name: string, value: number | string): void
  /** What must hold. One that does not is noted, the scenario goes on, and it has failed. */
  gate(name: string, value: number, op: Op, bound: number): void
  /**
   * What must hold on a machine that is left alone: times, rates and memory. Among the tests, which share their machine,
   * it is only noted.
   */
  pace(name: string, value: number, op: Op, bound: number): void
}

export type Op = '==' | '<=' | '>=' | '<' | '>'

/** A gate, and how it came out. */
export interface Gate {
  name: string
  value: number
  op: Op
  bound: number
  held: boolean
  /** Whether it is one of time, rate or memory. */
  pace: boolean
}

/** What a scenario has found. */
export interface Findings {
  figures: Record<string, number | string>
  gates: Gate[]
}

/** Runs it; gives what it has found. */
export async function play(
  scenario: Pick<Scenario, 'run'>,
  { quick, seed, log }: Pick<Context, 'quick' | 'seed' | 'log'>,
): Promise<Findings> {
  const figures: Findings['figures'] = {}
  const gates: Gate[] = []
  const note = (name: string, value: number, op: Op, bound: number, pace: boolean) => {
    const held = holds(value, op, bound)
    gates.push({ name, value, op, bound, held, pace })
    log(`${held ? 'ok  ' : 'MISS'} ${name}: ${value} (${op} ${bound})`)
  }
  await scenario.run({
    quick,
    seed,
    random: chance(seed),
    log,
    figure(name, value) {
      figures[name] = value
      log(`     ${name}: ${value}`)
    },
    gate: (name, value, op, bound) => note(name, value, op, bound, false),
    pace: (name, value, op, bound) => note(name, value, op, bound, true),
  })
  return { figures, gates }
}

/** A figure that is no number holds nothing. */
function holds(value: number, op: Op, bound: number): boolean {
  if (op === '==') return value === bound
  if (op === '<=') return value <= bound
  if (op === '>=') return value >= bound
  return op === '<' ? value < bound : value > bound
}
