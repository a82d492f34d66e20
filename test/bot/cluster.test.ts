import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { pressed, recordWalk, throughTheBank, withoutTheBank } from '../../bench/walk.ts'
import { connect } from '../support/directLine.ts'
import { Mind } from '../support/mind.ts'
import { expectOnce, startPaced } from '../support/paced.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { type Served, serve } from '../support/process.ts'
import { until } from '../support/until.ts'

const root = join(import.meta.dirname, '..', '..')
const command = join(root, 'bot', 'clusterCommand.ts')

/** `ROLLING=whole npx mocha test/bot/cluster.test.ts` is what operators are promised; otherwise a short cut of it. */
const isWhole = process.env.ROLLING === 'whole'
const { rate, customers, rounds, drain } = isWhole
  ? { rate: 200, customers: 40, rounds: 3, drain: '5' }
  : { rate: 50, customers: 20, rounds: 1, drain: '1' }

/** How often a line with this event stands in what was written. */
function count(served: Served, event: string): number {
  return served.output().split(`"event":"${event}"`).length - 1
}

async function figure(served: Served, name: string): Promise<number> {
  const figures = await (await fetch(`${served.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(figures)?.[1])
}

describe('several processes that share one port', function () {
  this.timeout(300_000)
  let all: Served
  let content: string

  before(async () => {
    content = mkdtempSync(join(tmpdir(), 'kaijo-content-'))
    for (const part of ['content', 'locales'])
      cpSync(join(root, part), join(content, part), { recursive: true })
    const storage = (await sharedPostgres()).place()
    all = await serve({ CONTENT_DIR: join(content, 'content'), DRAIN_SECONDS: drain }, [
      command,
      '--processes',
      '2',
      '--storage',
      storage,
    ])
    await all.start()
    await until(() => count(all, 'cluster.started') === 1)
  })
  after(async () => {
    await all.end()
    rmSync(content, { recursive: true })
  })

  it('make one link for the first administrator, and one practice bank', async () => {
    expect(all.output().match(/#welcome=/g)).to.have.length(1)
    expect(await figure(all, 'kaijo_processes')).to.equal(2)
    expect((await fetch(`${all.sandboxUrl}/`)).status).to.equal(200)
  })

  it('ask that bank, wherever it is, for a link', async () => {
    const client = connect({ url: all.url, secret: all.secret, locale: 'ja' })
    for (const press of await recordWalk(new Mind(), throughTheBank.slice(0, 3))) {
      await client.post(pressed(press, 1))
      await client.until((activity) => JSON.stringify(activity).includes(`"step":"${press.leadsTo}"`))
    }
    await client.until((activity) => JSON.stringify(activity).includes(`${all.url}/go/`))
    client.end()
  })

  it('are exchanged one by one while customers write: no request fails, and each socket hears each message once', async () => {
    const walk = await recordWalk(new Mind(), withoutTheBank)
    const others = await startPaced(all, { customers, rate, walk })
    for (let round = 1; round <= rounds; round++) {
      all.signal('SIGUSR2')
      await until(() => count(all, 'cluster.rolled') + count(all, 'cluster.not-rolled') === round)
      expect(count(all, 'cluster.rolled'), all.output().slice(-3000)).to.equal(round)
    }
    await others.stop()
    const failed = Object.entries(Object.groupBy(others.failures, (why) => why))
    expect(failed.map(([why, times]) => `${times?.length} × ${why}`)).to.deep.equal([])
    // A machine that many share may say "not now"; one of their own does not.
    if (isWhole) expect(others.postponed()).to.equal(0)
    expect(count(all, 'stopped')).to.equal(2 * rounds)
    for (const { heard, log, taken } of await others.heard()) {
      expect(heard.map(({ id }) => id)).to.deep.equal(log.map(({ id }) => id))
      expect(expectOnce(log)).to.have.members(taken)
    }
    expect(await figure(all, 'kaijo_process_deaths_total')).to.equal(0)
    await others.end()
  })

  it('count what all of them have done', async () => {
    const figures = await (await fetch(`${all.url}/metrics`)).text()
    const probed = /^kaijo_http_requests_total\{method="GET",route="\/readyz",status="200"\} (\d+)$/m
    const before = Number(probed.exec(figures)?.[1] ?? 0)
    // A connection each, so that they go to one process and the other in turn.
    for (let n = 0; n < 10; n++) await fetch(`${all.url}/readyz`, { headers: { connection: 'close' } })
    const after = Number(probed.exec(await (await fetch(`${all.url}/metrics`)).text())?.[1])
    expect(after).to.equal(before + 10)
  })

  it('follow one that was killed', async () => {
    const ready = count(all, 'cluster.ready')
    const [last] = [...all.output().matchAll(/"event":"cluster.ready","id":(\d+)/g)].reverse()
    process.kill(Number(last?.[1]), 'SIGKILL')
    await until(() => count(all, 'cluster.ready') === ready + 1)
    expect(count(all, 'cluster.died')).to.equal(1)
    expect(await figure(all, 'kaijo_process_deaths_total')).to.equal(1)
  })

  it('go on as they are when new ones cannot start', async () => {
    appendFileSync(join(content, 'content', 'banks', 'osaka-city.yaml'), '\nname: [\n')
    all.signal('SIGUSR2')
    await until(() => count(all, 'cluster.not-rolled') === 1)
    expect(await figure(all, 'kaijo_processes')).to.equal(2)
    expect((await fetch(`${all.url}/readyz`)).status).to.equal(200)
  })

  it('end together', async () => {
    expect(await all.stop()).to.equal(0)
    expect(await fetch(all.url).catch(() => 'nobody')).to.equal('nobody')
  })

  it('do not begin with what cannot be', async () => {
    const said = await Promise.all([
      refused('--processes', '2', '--storage', 'sqlite:./data/kaijo.db'),
      refused('--processes', '1.5'),
      refused('--storage', 'mysql://here'),
    ])
    expect(said[0]).to.match(/^2: --processes is 2, .*"sqlite:\.\/data\/kaijo\.db"; SQLite takes one process/)
    expect(said[1]).to.match(/^2: --processes is "1.5"; it must be a whole number/)
    expect(said[2]).to.match(/^78: .*\n?STORAGE_URL is "mysql:\/\/here"; it must be/)
  })
})

async function refused(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [err, code] = await Promise.all([
    text(child.stderr),
    new Promise((resolve) => child.once('close', resolve)),
  ])
  return `${code}: ${err}`
}
