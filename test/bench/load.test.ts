import { expect } from 'chai'
import { playLoad } from '../../bench/load.ts'
import { arrivals, arrive } from '../../bench/loadArrivals.ts'
import { channelOf, mix } from '../../bench/loadStreet.ts'
import { chance } from '../support/chance.ts'

describe('the load', () => {
  it('has customers of all channels in its mix, also among any twenty', () => {
    const all = Array.from({ length: 100 }, (_, n) => channelOf(n))
    for (const [channel, share] of Object.entries(mix))
      expect(all.filter((one) => one === channel)).to.have.length(share)
    for (let from = 0; from <= 80; from++)
      expect(new Set(all.slice(from, from + 20)).size, `from ${from}`).to.equal(3)
  })

  it('comes when it meant to, as often as was asked for, and the same for the same seed', () => {
    const plan = () => ({ rate: 200, seconds: 50, chance: chance(1) })
    const times = arrivals(plan())
    expect(times).to.deep.equal(arrivals(plan()))
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b))
    expect(times.length).to.be.within(9500, 10_500)
  })

  it('counts the waiting of those who came while the one before was stuck', async () => {
    const stuck = Promise.withResolvers<void>()
    let turns = 0
    let last: Promise<unknown> = Promise.resolve()
    const comer = {
      isFree: true,
      turn: () => {
        const turn = last.then(async () => {
          if (turns++ === 0) await stuck.promise
          return 'done' as const
        })
        last = turn
        return turn
      },
    }
    const plan = { rate: 1000, seconds: 0.05, chance: chance(3) }
    const arriving = arrive([comer], plan)
    setTimeout(stuck.resolve, 200)
    const tally = await arriving
    expect(tally.done).to.equal(arrivals({ ...plan, chance: chance(3) }).length)
    // The one that came last came 50 ms after the first at the latest, and all were stuck for 200.
    expect(tally.took.min).to.be.at.least(140_000)
  })

  it('is answered to the last message by each channel, unlocks are told once, and nothing is lost when far too many come', async () => {
    const lines: string[] = []
    const { found } = await playLoad(
      { storage: 'sqlite', processes: 1, quick: true, seed: 20261123 },
      (line) => lines.push(line),
    )
    const missed = found.gates.filter(({ held, pace }) => !held && !pace)
    expect(missed, lines.join('\n')).to.deep.equal([])
    for (const channel of Object.keys(mix)) expect(found.figures[`open loop: ${channel}`]).to.be.above(0)
    expect(found.figures['unlocks: done']).to.equal(5)
    expect(found.figures['overload: done']).to.be.above(0)
  })
})
