import cluster from 'node:cluster'
import { join } from 'node:path'
import { expect } from 'chai'
import { Registry } from 'prom-client'
import { type Cluster, type ClusterParts, createCluster, Unstarted } from '../../bot/cluster.ts'
import { gatherMetrics } from '../../bot/clusterMetrics.ts'
import { createLog } from '../../bot/log.ts'
import { until } from '../support/until.ts'

const entry = join(import.meta.dirname, '..', 'support', 'clusterMember.ts')

describe('the process above several others', () => {
  let all: Cluster
  let lines: { event: string; id: number; count: number }[]
  /** What a new process does: `ends` at once, or works. */
  let mood: string
  const make = (more: Partial<ClusterParts> = {}) => {
    const log = createLog('info', { write: (line) => lines.push(JSON.parse(line)) })
    const environment = () => ({ MEMBER: mood })
    const parts = { processes: 2, entry, environment, isShared: true, drainMs: 0, patience: 5000, log }
    all = createCluster({ ...parts, ...more })
    return all
  }
  const events = (name: string) => lines.filter(({ event }) => event === name)

  beforeEach(() => {
    lines = []
    mood = 'works'
  })
  afterEach(() => all.stop())

  it('does not begin when the first of them cannot, and says with which code it ended', async () => {
    mood = 'ends'
    const failure = (await make()
      .start()
      .catch((error: unknown) => error)) as Unstarted
    expect(failure).to.be.an.instanceOf(Unstarted)
    expect(failure.code).to.equal(78)
    expect(all.ready()).to.equal(0)
  })

  it('tries again, after a longer pause each time, until one is ready', async () => {
    await make({ pauses: [0, 20, 40] }).start()
    mood = 'ends'
    process.kill(lines[0]?.id ?? 0, 'SIGKILL')
    await until(() => events('cluster.unstarted').length === 3)
    expect(all.ready()).to.equal(1)
    mood = 'works'
    await until(() => all.ready() === 2)
    expect(all.deaths()).to.equal(1)
  })

  it('kills one that stands still, and follows it', async () => {
    await make({ silence: 3000 }).start()
    const still = lines[0]?.id ?? 0
    process.kill(still, 'SIGSTOP')
    await until(() => all.deaths() > 0)
    expect(events('cluster.silent').map(({ id }) => id)).to.include(still)
    await until(() => all.ready() === 2)
  })

  it('has a new one ready before an old one goes, and exchanges all', async () => {
    await make().start()
    const old = events('cluster.ready').map(({ id }) => id)
    expect(await all.roll()).to.equal(true)
    const ready = events('cluster.ready').slice(2)
    expect(ready.map(({ count }) => count)).to.deep.equal([3, 3])
    expect(old).to.not.include.members(ready.map(({ id }) => id))
    expect(all.ready()).to.equal(2)
  })

  it('lets an old one go first where two must not work on the same store', async () => {
    await make({ processes: 1, isShared: false }).start()
    expect(await all.roll()).to.equal(true)
    expect(events('cluster.ready').map(({ count }) => count)).to.deep.equal([1, 1])
  })

  it('does not take for a failure that it is ended before the first is ready', async () => {
    const started = make().start()
    await all.stop()
    await started
    expect([events('cluster.ready').length, all.ready()]).to.deep.equal([0, 0])
  })

  it('begins none any more when all are to end, also in the middle of an exchange', async () => {
    await make({ processes: 1, isShared: false }).start()
    const rolled = all.roll()
    await all.stop()
    await rolled
    expect([events('cluster.ready').length, all.ready()]).to.deep.equal([1, 0])
  })

  it('gives its figures to each who asks, however many ask at once', async () => {
    gatherMetrics(new Registry())
    const told = new Promise<string[]>((resolve) => {
      cluster.on('message', (_, { type, texts }) => type === 'figures' && resolve(texts))
    })
    mood = 'asks'
    await make({ processes: 1 }).start()
    const texts = await told
    expect(texts.filter((text) => !/^members 1$/m.test(text))).to.deep.equal([])
    expect(texts).to.have.length(20)
  })

  it('keeps the old ones when a new one cannot start', async () => {
    await make().start()
    mood = 'ends'
    expect(await all.roll()).to.equal(false)
    expect([all.ready(), all.deaths()]).to.deep.equal([2, 0])
    expect(events('cluster.not-rolled')).to.have.length(1)
  })
})
