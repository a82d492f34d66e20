import { expect } from 'chai'
import { playSoak } from '../../bench/soak.ts'
import { slope } from '../../bench/soakGauge.ts'

describe('the soak', () => {
  it('sees by how much the heap grows in an hour, whatever it does from sample to sample', () => {
    const grown = (bytes: number, noise: number) =>
      slope(
        Array.from({ length: 60 }, (_, minute) => ({
          minute,
          heap: 60_000_000 + minute * bytes + (minute % 2) * noise,
        })),
      )
    expect(grown(1000, 0)).to.be.closeTo(60_000, 1)
    expect(grown(0, 0)).to.equal(0)
    expect(Math.abs(grown(0, 1_000_000))).to.be.below(100_000)
    expect(slope([{ minute: 1, heap: 60_000_000 }])).to.equal(0)
  })

  it('is answered all the time, and has looked into the process before, meanwhile and after', async () => {
    const lines: string[] = []
    const { found, samples } = await playSoak({ storage: 'sqlite', quick: true, seed: 20261123 }, (line) =>
      lines.push(line),
    )
    const missed = found.gates.filter(({ held, pace }) => !held && !pace)
    expect(missed, lines.join('\n')).to.deep.equal([])
    expect(found.gates.map(({ name }) => name)).to.include.members([
      'growth of the heap at rest in MB',
      'file descriptors more at rest',
      'timers more at rest',
      'write-ahead log at most, MB',
      'RSS at most, MB',
    ])
    expect(found.figures['turns: done']).to.be.above(0)
    expect(found.figures['sockets: done']).to.be.above(0)
    expect(samples).not.to.be.empty
    for (const sample of samples) {
      expect(sample.heap).to.be.above(10_000_000)
      expect(sample.rss).to.be.above(sample.heap)
      expect(sample.wal).to.be.above(0)
    }
  })
})
