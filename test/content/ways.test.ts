import { expect } from 'chai'
import fc from 'fast-check'
import type { Finding, Flow, Outcome, Question } from '../../content/index.ts'
import { createReport } from '../../content/report.ts'
import { checkWays, isConnected } from '../../content/ways.ts'

const steps = ['a', 'b', 'c', 'd', 'e', 'f']
const outcomes = ['x', 'y']

/** Where each step leads, made up. */
const maps = fc.record(
  Object.fromEntries(
    steps.map((id) => [id, fc.array(fc.constantFrom(...steps, ...outcomes), { minLength: 1, maxLength: 3 })]),
  ),
)

describe('the check of the ways through a flow', () => {
  it('reports a step or an outcome exactly when no walk from the start comes to it', () => {
    fc.assert(
      fc.property(maps, (ways) => {
        const walked = walkFrom('a', ways)
        const lost = (rule: string) =>
          new Set(rules(ways, rule).map(({ what }) => /“(\w)”/.exec(what)?.[1] ?? ''))
        expect(lost('unreachable-step')).to.deep.equal(new Set(steps.filter((id) => !walked.has(id))))
        expect(lost('unreachable-outcome')).to.deep.equal(new Set(outcomes.filter((id) => !walked.has(id))))
      }),
    )
  })

  it('reports a loop exactly when a customer can get to where no outcome can be come to', () => {
    fc.assert(
      fc.property(maps, (ways) => {
        const stuck = [...walkFrom('a', ways)].filter((id) => steps.includes(id) && !ends(id, ways))
        const loops = rules(ways, 'endless-loop')
        expect(loops.length > 0).to.equal(stuck.length > 0)
        for (const { what } of loops)
          for (const id of /round ([\w, ]+)/.exec(what)?.[1]?.split(', ') ?? []) expect(stuck).to.include(id)
      }),
    )
  })

  it('does not call a flow connected that leads to something that is not there', () => {
    const ways = Object.fromEntries(steps.map((id) => [id, ['x']]))
    expect(isConnected(flowOf(ways))).to.equal(true)
    expect(isConnected(flowOf({ ...ways, c: ['z'] }))).to.equal(false)
    expect(isConnected(flowOf({ ...ways, c: [] }))).to.equal(false)
  })
})

function rules(ways: Record<string, string[]>, rule: string): Finding[] {
  const report = createReport('en')
  const ids = [...steps, ...outcomes.map((id) => `outcomes.${id}`)]
  const places = new Map(ids.map((id, at) => [id, { file: 'flow.yaml', line: at + 1, column: 1 }]))
  checkWays(flowOf(ways), places, report)
  return report.findings.filter((finding) => finding.rule === rule)
}

function flowOf(ways: Record<string, string[]>): Flow {
  const asked = Object.entries(ways).map(([id, nexts]): [string, Question] => {
    const choices = nexts.map((next, at) => ({ id: `c${at}`, say: '', phrases: {}, next }))
    return [id, { kind: 'question', id, ask: '', choices }]
  })
  const ended = outcomes.map((id): [string, Outcome] => [
    id,
    { id, title: '', text: '', forms: [], missing: false, person: false },
  ])
  return { id: 'flow', title: '', start: 'a', steps: new Map(asked), outcomes: new Map(ended) }
}

/** Walks by hand, one customer at a time. */
function walkFrom(start: string, ways: Record<string, string[]>, walked = new Set<string>()): Set<string> {
  if (walked.has(start)) return walked
  walked.add(start)
  for (const next of ways[start] ?? []) walkFrom(next, ways, walked)
  return walked
}

function ends(id: string, ways: Record<string, string[]>): boolean {
  return outcomes.some((outcome) => walkFrom(id, ways).has(outcome))
}
