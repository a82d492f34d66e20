import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { expect } from 'chai'
import { openKeys } from '../../bot/keys.ts'
import { chained, readEntry } from '../../unlock/audit/entry.ts'
import { type AuditPlace, auditPublicKey, type Deed, openAudit, verifyAudit } from '../../unlock/index.ts'
import { until } from '../support/until.ts'

const request = '0123456789ABCDEFGHJKMNPQRS'
const deed: Deed = {
  who: 'administrator',
  what: 'request.verified',
  request,
  before: 'opened',
  after: 'verified',
}

describe('the audit log', () => {
  let dir: string
  let now: number
  const failures: unknown[] = []

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-audit-'))
    now = Date.parse('2026-11-23T00:00:00Z')
  })
  afterEach(() => {
    rmSync(dir, { recursive: true })
    expect(failures.splice(0)).to.deep.equal([])
  })

  const keys = () => openKeys(join(dir, 'link.key'))
  const open = (more: Partial<AuditPlace> = {}) =>
    openAudit({
      dir,
      keys: keys(),
      clock: () => new Date(now),
      onError: (error) => failures.push(error),
      ...more,
    })
  const verified = (expected?: string) => verifyAudit(dir, auditPublicKey(keys()), expected)
  const log = () => join(dir, 'audit.log')
  const heads = () => join(dir, 'audit.heads')
  const lines = (file = log()) => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const whole = { findings: [], mended: 0 }

  it('says who did what to which request, when, and from which state to which', async () => {
    const audit = open()
    audit.write({ ...deed, where: 'directline' })
    audit.close()
    expect(readEntry(lines()[0] ?? '')).to.deep.include({
      seq: 1,
      at: '2026-11-23T00:00:00.000Z',
      who: 'administrator',
      what: 'request.verified',
      request: '0123-4567',
      before: 'opened',
      after: 'verified',
      where: 'directline',
    })
    expect(await verified()).to.deep.include({ ...whole, entries: 1, heads: 1, unsigned: 0 })
    for (const file of [log(), heads()]) expect(statSync(file).mode & 0o777).to.equal(0o600)
  })

  it('names nobody, and keeps nothing that it was not made for', () => {
    const audit = open()
    const careless = { pin: '482913', text: '山田太郎', why: 'the PIN 482913', where: '<b>' }
    audit.write({
      ...deed,
      ...careless,
      request: '山田',
      conversation: 'U4af4980629',
      contract: '0001234567',
    })
    audit.write({ ...deed, conversation: 'U4af4980629' })
    audit.write({ ...deed, conversation: 'U4af4980620' })
    audit.close()
    // Hashes and pseudonyms are looked at below; by chance they may hold any six digits.
    const text = lines()
      .map((line) => {
        const { hash, previous, conversation, contract, ...rest } = JSON.parse(line)
        expect(
          [hash, previous, conversation, contract ?? conversation].map(String).map(({ length }) => length),
        ).to.deep.equal([64, 64, 16, 16])
        return JSON.stringify(rest)
      })
      .join()
    for (const secret of ['482913', '山田', 'U4af', '0001234567', '<b>', request.slice(8)]) {
      expect(text).not.to.include(secret)
    }
    const [first, second, third] = lines().map((line) => readEntry(line)?.conversation)
    expect(first)
      .to.match(/^[\w-]{16}$/)
      .and.equal(second)
    expect(third).not.to.equal(first)
  })

  it('goes on over a restart, in one chain', async () => {
    for (let n = 0; n < 5; n += 1) {
      const audit = open()
      audit.write(deed)
      audit.write(deed)
      audit.close()
    }
    open().close()
    expect(await verified()).to.deep.include({ ...whole, entries: 10, heads: 5, unsigned: 0 })
  })

  it('counts a flood of refusals instead of writing it, and writes everything else', async () => {
    const audit = open()
    const refused: Deed = { who: 'bank', what: 'callback.refused', why: 'signature' }
    for (let n = 0; n < 5000; n += 1) audit.write(refused)
    audit.write({ ...refused, what: 'link.refused' })
    for (let n = 0; n < 100; n += 1) audit.write(deed)
    expect(lines()).to.have.length(60 + 1 + 100)
    now += 60_000
    audit.write(refused)
    for (let n = 0; n < 70; n += 1) audit.write(refused)
    audit.close()
    const skipped = lines()
      .map(readEntry)
      .filter((entry) => entry?.what === 'log.skipped')
    expect(skipped.map((entry) => [entry?.why, entry?.count])).to.deep.equal([
      ['callback.refused', 4940],
      ['callback.refused', 11],
    ])
    expect(await verified()).to.deep.include({ ...whole, unsigned: 0 })
  })

  it('takes nothing after it was closed', () => {
    const audit = open()
    audit.close()
    audit.close()
    expect(() => audit.write(deed)).to.throw('closed')
  })

  it('has a signed head after a thousand entries, after ten minutes, and at its end', async () => {
    const audit = open()
    for (let n = 0; n < 2500; n += 1) audit.write(deed)
    expect(lines(heads())).to.have.length(2)
    now += 600_000
    audit.write(deed)
    expect(lines(heads())).to.have.length(3)
    audit.write(deed)
    audit.close()
    expect(await verified()).to.deep.include({ ...whole, entries: 2502, heads: 4, unsigned: 0 })
  })

  it('has a signed head in time when nothing more is written', async () => {
    const audit = open({ headEvery: { entries: 1000, ms: 1 } })
    audit.write(deed)
    await until(() => lines(heads()).length > 0)
    expect(await verified()).to.deep.include({ ...whole, entries: 1, heads: 1 })
    audit.close()
  })

  it('is signed for at the next start when its process was killed', async () => {
    const audit = open()
    for (let n = 0; n < 3; n += 1) audit.write(deed)
    expect((await verified()).unsigned).to.equal(3)
    const next = open()
    expect(await verified()).to.deep.include({ ...whole, entries: 3, heads: 1, unsigned: 0 })
    next.close()
    audit.close()
  })

  it('closes off half a line of an interrupted write in plain sight, wherever it was cut', async () => {
    const audit = open()
    audit.write(deed)
    audit.write(deed)
    audit.close()
    const kept = readFileSync(log())
    const keptHeads = readFileSync(heads())
    const { line } = chained({ ...JSON.parse(lines()[1] ?? ''), hash: undefined, seq: 3 })
    for (let cut = 1; cut < Buffer.byteLength(line); cut += 7) {
      writeFileSync(log(), Buffer.concat([kept, Buffer.from(line).subarray(0, cut)]))
      writeFileSync(heads(), keptHeads)
      const next = open()
      next.write(deed)
      next.close()
      expect(readFileSync(log(), 'utf8')).to.include(`${line.slice(0, cut)}\n`)
      expect(await verified(), `cut at ${cut}`).to.deep.include({ findings: [], mended: 1, entries: 4 })
    }
  })

  it('closes off a write that was interrupted while it closed off another, and zeros of a lost page', async () => {
    const audit = open()
    audit.write(deed)
    audit.close()
    appendFileSync(log(), '{"after":"veri')
    appendFileSync(log(), '\n{"at":"2026-')
    const second = open()
    second.close()
    expect(await verified()).to.deep.include({ findings: [], mended: 1, entries: 2 })
    appendFileSync(log(), Buffer.alloc(100_000))
    open().close()
    expect(await verified()).to.deep.include({ findings: [], mended: 2, entries: 3 })
  })

  it('does not take what was changed behind its back for an interrupted write', async () => {
    const audit = open()
    audit.write(deed)
    audit.write(deed)
    audit.close()
    const [first, second] = lines()
    writeFileSync(log(), `${first}\n${second?.replace('verified', 'rejected')}\n`)
    open({ onError: () => {} }).close()
    expect((await verified()).findings).not.to.deep.equal([])
  })

  it('says at the start that its end is missing', () => {
    const audit = open()
    for (let n = 0; n < 3; n += 1) audit.write(deed)
    audit.close()
    writeFileSync(log(), `${lines().slice(0, 2).join('\n')}\n`)
    const said: unknown[] = []
    open({ onError: (error) => said.push(error) }).close()
    expect(String(said[0])).to.include('npm run audit:verify')
  })

  it('closes off half a head of an interrupted write', async () => {
    const audit = open()
    audit.write(deed)
    audit.close()
    appendFileSync(heads(), '{"at":"20')
    const next = open()
    next.write(deed)
    next.close()
    expect(await verified()).to.deep.include({ findings: [], mended: 1, entries: 2, heads: 2 })
  })

  it('is one chain also when several write it at the same time, each with heads of its own', async () => {
    const [one, other] = [open({ headEvery: { entries: 3, ms: 1e9 } }), open()]
    for (let n = 0; n < 10; n += 1) for (const audit of [one, other, other]) audit.write(deed)
    const third = open()
    third.write(deed)
    for (const audit of [other, third, one]) audit.close()
    expect(await verified()).to.deep.include({ ...whole, entries: 31, unsigned: 0 })
  })

  it('is one chain when processes write it side by side, and one of them is killed in the middle', async function () {
    this.timeout(180_000)
    const audit = open()
    const process = join(import.meta.dirname, 'auditProcess.ts')
    const children = [1, 2].map(() =>
      spawn(execPath, [process, dir], { stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    for (const { stdout } of children) await once(stdout, 'data')
    for (let n = 0; n < 100; n += 1) audit.write(deed)
    const gone = children.map((child) => once(child, 'exit'))
    children[0]?.kill('SIGKILL')
    for (let n = 0; n < 100; n += 1) audit.write(deed)
    children[1]?.kill('SIGTERM')
    await Promise.all(gone)
    audit.write(deed)
    audit.close()
    const { findings, entries, unsigned } = await verified()
    expect({ findings, unsigned }).to.deep.equal({ findings: [], unsigned: 0 })
    expect(entries).to.be.greaterThan(201)
  })

  it('follows nobody who has put in what does not follow: that stays in sight', async () => {
    const audit = open()
    audit.write(deed)
    const [first = ''] = lines()
    appendFileSync(log(), `${first}\n`)
    audit.write(deed)
    audit.close()
    expect((await verified()).findings).not.to.deep.equal([])
  })

  it('closes off half a line of another process that was killed', async () => {
    const [one, other] = [open(), open()]
    one.write(deed)
    appendFileSync(log(), '{"after":"veri')
    other.write(deed)
    one.write(deed)
    for (const audit of [one, other]) audit.close()
    expect(await verified()).to.deep.include({ findings: [], mended: 1, entries: 4, unsigned: 0 })
  })

  it('is found whole by the command, and not whole when it is not', function () {
    this.timeout(20_000)
    const audit = open()
    for (let n = 0; n < 3; n += 1) audit.write(deed)
    audit.close()
    const run = (...more: string[]) =>
      spawnSync(process.execPath, ['bot/auditCommand.ts', '--key', join(dir, 'link.key'), ...more], {
        encoding: 'utf8',
      })
    const good = run()
    expect(good.stderr).to.equal('')
    expect(good.status).to.equal(0)
    expect(good.stdout).to.include('3 entries, 1 signed heads')
    const noted = /--head (\w{64})/.exec(good.stdout)?.[1] ?? ''
    expect(run('--head', noted).status).to.equal(0)
    expect(run('--head', '0'.repeat(64)).status).to.equal(1)
    expect(run('--dir', tmpdir()).stderr).to.include('There is no audit.log')
    writeFileSync(log(), `${lines().slice(1).join('\n')}\n`)
    const bad = run()
    expect(bad.status).to.equal(1)
    expect(bad.stderr).to.include(`${log()}:1  Entry 2 does not follow entry 0`)
  })
})
