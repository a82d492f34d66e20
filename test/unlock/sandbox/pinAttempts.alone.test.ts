import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import { openDatabase } from '../../../unlock/sandbox/database.ts'
import { openKeys } from '../../../unlock/sandbox/keys.ts'
import { createSecrets, slowly } from '../../../unlock/sandbox/secrets.ts'
import { demo, type Practice, practise } from '../practice.ts'
import { atPin, formToken, logOn, type Visitor, visit } from '../visitor.ts'

const { contract } = demo
const allowed = 5

describe('the attempts at a PIN', () => {
  let practice: Practice
  beforeEach(async () => {
    practice = await practise()
  })
  afterEach(() => practice.end())

  function setAttempts(number: number): void {
    const db = openDatabase(practice.dataDir)
    db.prepare('UPDATE secrets SET attempts = ? WHERE contract = ?').run(number, contract)
    db.close()
  }

  it('are five, however many come at once, and the right one comes too late', async () => {
    const db = openDatabase(practice.dataDir)
    const { hash } =
      db.prepare(`SELECT hash FROM secrets WHERE contract = ? AND kind = 'pin'`).get(contract) ?? {}
    let verified = 0
    let [running, most] = [0, 0]
    const secrets = createSecrets(db, openKeys(practice.dataDir).pepper, async (message, nonce, pepper) => {
      if (String(hash).startsWith(nonce.toString('base64'))) verified += 1
      running += 1
      most = Math.max(most, running)
      const derived = await slowly(message, nonce, pepper)
      running -= 1
      return derived
    })
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => secrets.check(contract, 'pin', '000000')),
    )
    db.close()
    expect(new Set(answers)).to.deep.equal(new Set([false]))
    expect(verified).to.equal(allowed)
    expect(most, 'hashes at a time').to.equal(1)
    const page = await atPin(visit(practice.url))
    await page.send({ pin: demo.pin })
    expect([page.status, page.path]).to.deep.equal([422, '/bank/pin'])
  })

  it('are five over the network too, with TLS and real hashes: 500 wrong ones over 50 connections', async () => {
    const page = await atPin(visit(practice.url))
    const [token, start] = [formToken(page), page.text]
    expect(start).not.to.include('ロック')
    const crowd = Array.from({ length: 50 }, () => {
      const one = visit(practice.url)
      one.certificate = { ...page.certificate }
      for (const [name, value] of page.cookies) one.cookies.set(name, value)
      return Object.assign(one, { origin: page.origin })
    })
    const send = async (one: Visitor) => {
      for (let n = 0; n < 10; n += 1) {
        await one.send({ pin: '000000' }, { action: '/bank/pin', token })
        expect(one.status).to.equal(422)
      }
    }
    await Promise.all(crowd.map(send))
    const db = openDatabase(practice.dataDir)
    const kept = db.prepare(`SELECT attempts FROM secrets WHERE contract = ? AND kind = 'pin'`).get(contract)
    expect(kept?.attempts).to.equal(allowed)
    expect(db.prepare('SELECT number FROM tries').get()?.number).to.equal(500)
    db.close()
    await page.send({ pin: demo.pin })
    expect([page.status, page.path]).to.deep.equal([422, '/bank/pin'])
  }).timeout(300_000)

  it('are never gained by killing the process in the middle of one', async () => {
    let verified = 0
    let counted = 0
    for (let round = 0; round < 12; round += 1) {
      verified += await triedUntilKilled(practice.dataDir, round * 3)
      const db = openDatabase(practice.dataDir)
      const kept = db
        .prepare(`SELECT attempts FROM secrets WHERE contract = ? AND kind = 'pin'`)
        .get(contract)
      db.close()
      expect(Number(kept?.attempts)).to.be.at.least(Math.max(counted, verified))
      counted = Number(kept?.attempts)
    }
    expect(verified).to.be.at.most(allowed).and.greaterThan(0)
    expect(counted).to.equal(allowed)
    const page = await atPin(visit(practice.url))
    await page.send({ pin: demo.pin })
    expect(page.status).to.equal(422)
  }).timeout(300_000)

  it('look the same when the PIN is wrong, is locked, and when there is no such user', async () => {
    const page = await logOn(visit(practice.url))
    await page.open('/bank/users')
    const cases = {
      wrong: { attempts: 0, user: demo.user, pin: '000000' },
      locked: { attempts: allowed, user: demo.user, pin: demo.confirmPin },
      unknown: { attempts: 0, user: 'nobody', pin: demo.confirmPin },
    }
    const said = new Set<string>()
    const took = Object.entries(cases).map(([name, one]) => ({ name, ...one, all: [] as number[] }))
    /** Each case once, each time another one first: what slows the machine down meets them all. */
    const round = async (n: number) => {
      for (const one of [...took.slice(n % 3), ...took.slice(0, n % 3)]) {
        setAttempts(one.attempts)
        const began = performance.now()
        await page.send({ user: one.user, confirmPin: one.pin })
        one.all.push(performance.now() - began)
        said.add(`${page.status} ${page.html}`)
      }
    }
    const medians = () => took.map(({ name, all }) => [name, median(all)] as const)
    const spread = () =>
      Math.max(...medians().map(([, ms]) => ms)) / Math.min(...medians().map(([, ms]) => ms))
    // Of all samples so far: more of them make chance smaller, and a difference that is real does not go away.
    for (let n = 0; n < 60 || (n < 400 && spread() >= 1.15); n += 1) await round(n)
    expect([...said]).to.have.length(1)
    expect(spread(), JSON.stringify(medians())).to.be.below(1.15)
  }).timeout(150_000)
})

/** Starts a process that tries wrong PINs, kills it a while after it is ready; how many it was about to verify. */
function triedUntilKilled(dataDir: string, after: number): Promise<number> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/pinProcess.ts`, dataDir, contract])
  let verified = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'verified') verified += 1
    if (line === 'ready') setTimeout(() => child.kill('SIGKILL'), after)
  })
  return new Promise((resolve) => child.once('close', () => resolve(verified)))
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
