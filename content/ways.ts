import type { Place } from './finding.ts'
import type { Flow, Next, Step } from './flow.ts'
import type { Report } from './report.ts'

/** Checks that a connected flow leads to every step and outcome, and from every step to an outcome. */
export function checkWays(flow: Flow, places: Map<string, Place>, report: Report): void {
  const ways = waysOf(flow)
  const reached = closure([flow.start], (id) => ways.get(id) ?? [])
  const top = places.values().next().value ?? { file: '', line: 1, column: 1 }
  const placeOf = (id: string): Place => places.get(id.split('/')[0] ?? id) ?? top

  for (const id of unreached(flow, reached)) report.add('unreachable-step', placeOf(id), { name: id })
  for (const id of flow.outcomes.keys()) {
    if (!reached.has(id)) report.add('unreachable-outcome', places.get(`outcomes.${id}`) ?? top, { name: id })
  }
  for (const members of loops(flow, ways, reached)) {
    report.add('endless-loop', placeOf(members[0] ?? ''), { name: members[0], members: members.join(', ') })
  }
}

/** Whether every step leads somewhere, and only to what exists. */
export function isConnected(flow: Flow): boolean {
  const exists = (id: Next) => flow.steps.has(id) || flow.outcomes.has(id)
  return (
    exists(flow.start) && [...waysOf(flow).values()].every((ways) => ways.length > 0 && ways.every(exists))
  )
}

/** Where each step can lead. */
function waysOf(flow: Flow): Map<string, Next[]> {
  const canMiss = new Set<string>()
  for (const step of flow.steps.values()) {
    if (step.kind === 'item' && step.choices.some((choice) => choice.missing)) canMiss.add(step.checklist)
  }
  return new Map([...flow.steps.values()].map((step) => [step.id, leadsTo(step, canMiss)]))
}

function leadsTo(step: Step, canMiss: Set<string>): Next[] {
  const ways = step.choices.map((choice) => choice.next)
  if (step.kind === 'await') ways.push(step.cleared)
  if (step.kind === 'part') for (const { next } of step.symptoms) if (next !== undefined) ways.push(next)
  if (step.kind === 'item' && step.number === step.total && canMiss.has(step.checklist))
    ways.push(step.missing)
  return ways
}

function closure(from: Iterable<string>, leads: (id: string) => Iterable<string>): Set<string> {
  const reached = new Set(from)
  for (const id of reached) for (const next of leads(id)) reached.add(next)
  return reached
}

/** Steps nothing leads to; of a checklist or procedure that is left out whole, only its name. */
function unreached(flow: Flow, reached: Set<string>): string[] {
  const groups = new Map<string, string[]>()
  for (const id of flow.steps.keys()) {
    const name = id.split('/')[0] ?? id
    groups.set(name, [...(groups.get(name) ?? []), id])
  }
  return [...groups].flatMap(([name, ids]) => {
    const lost = ids.filter((id) => !reached.has(id))
    return lost.length === ids.length ? [name] : lost
  })
}

/** Rounds that customers can get into and never out of. */
function loops(flow: Flow, ways: Map<string, Next[]>, reached: Set<string>): string[][] {
  const back = new Map<string, string[]>()
  for (const [id, nexts] of ways) for (const next of nexts) back.set(next, [...(back.get(next) ?? []), id])
  const ends = closure(flow.outcomes.keys(), (id) => back.get(id) ?? [])
  const stuck = [...flow.steps.keys()].filter((id) => reached.has(id) && !ends.has(id))
  const after = new Map(stuck.map((id) => [id, closure(ways.get(id) ?? [], (one) => ways.get(one) ?? [])]))
  const found: string[][] = []
  for (const id of stuck) {
    if (!after.get(id)?.has(id) || found.some((members) => members.includes(id))) continue
    found.push(stuck.filter((other) => after.get(id)?.has(other) && after.get(other)?.has(id)))
  }
  return found
}
