import type { Flow, Item, Missing, Step } from '../content/index.ts'
import type { Run, Visit } from './state.ts'

/** Stands on `step`; a step that is on the path already is gone back to, and what came after it is forgotten. */
export function enter(path: Visit[], step: string): Visit[] {
  const at = path.findIndex((visit) => visit.step === step)
  return [...(at < 0 ? path : path.slice(0, at)), { step }]
}

/** Stands on `step` in a run: what that takes off its path is remembered as counted. */
export function stand(run: Run, step: string): void {
  const { path, outcome } = run
  const at = path.findIndex((visit) => visit.step === step)
  if (outcome) run.been = { ...run.been, [outcome]: 'reached' }
  // An answer that leads to the step itself ("look again") has not finished it.
  const isAgain = at === path.length - 1 && !outcome
  if (at >= 0 && !isAgain) run.been = been(run, at)
  run.path = [...(at < 0 ? path : path.slice(0, at)), { step }]
  delete run.outcome
}

function been({ path, been: known }: Run, from: number): Run['been'] {
  const dropped = path.slice(from).filter(({ answer }, place) => answer || place > 0)
  if (dropped.length === 0) return known
  const all = { ...known }
  for (const { step, answer } of dropped) if (answer || !all[step]) all[step] = answer ? 'done' : 'reached'
  return all
}

/** Notes the answer to the current step. */
export function answer(path: Visit[], choice: string): Visit[] {
  const current = path.at(-1)
  return current ? [...path.slice(0, -1), { step: current.step, answer: choice }] : path
}

/** The step before the current one, or nothing at the first. */
export function before(path: Visit[]): string | undefined {
  return path.at(-2)?.step
}

/** The last step of the path that the flow still has. */
export function nearest(flow: Flow, path: Visit[]): string | undefined {
  return path.findLast((visit) => flow.steps.has(visit.step))?.step
}

/** Everything that the customer said is not at hand, in the order it was asked. */
export function missingOn(flow: Flow, path: Visit[]): Missing[] {
  return path.flatMap((visit) => {
    const choice = flow.steps.get(visit.step)?.choices.find(({ id }) => id === visit.answer)
    return choice?.missing ? [choice.missing] : []
  })
}

/** Where a choice leads; the last item of a checklist decides by what is missing in it. */
export function nextAfter(flow: Flow, step: Step, choice: string, path: Visit[]): string | undefined {
  if (step.kind === 'item' && step.number === step.total) {
    return missingOn(flow, itemsOf(flow, step, path)).length > 0 ? step.missing : step.complete
  }
  return step.choices.find(({ id }) => id === choice)?.next
}

function itemsOf(flow: Flow, item: Item, path: Visit[]): Visit[] {
  return path.filter((visit) => {
    const step = flow.steps.get(visit.step)
    return step?.kind === 'item' && step.checklist === item.checklist
  })
}
