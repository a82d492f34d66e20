import { expect } from 'chai'
import { play } from './scenario.ts'
import { findScenarios } from './scenarios.ts'

const scenarios = await findScenarios()
const seed = Number(process.env.SEED) || 20261123

describe('Kaijo under faults', function () {
  this.timeout(300_000)

  // Those with tests of their own are run as these.
  for (const scenario of scenarios.filter(({ tests }) => tests === undefined)) {
    it(`${scenario.id}: ${scenario.title}`, async () => {
      const lines: string[] = []
      const found = await play(scenario, { quick: true, seed, log: (line) => lines.push(line) })
      const missed = found.gates.filter(({ held, pace }) => !held && !pace)
      expect(missed, lines.join('\n')).to.deep.equal([])
      expect(found.gates, 'gates').not.to.be.empty
    })
  }

  it('is written down for every fault of the list: a scenario with an id and a sentence of its own', () => {
    const ids = scenarios.map(({ id }) => id)
    expect(ids).to.deep.equal([...new Set(ids)])
    expect(new Set(scenarios.map(({ title }) => title)).size).to.equal(ids.length)
  })
})
