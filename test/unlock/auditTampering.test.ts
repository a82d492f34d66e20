import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openKeys } from '../../bot/keys.ts'
import { chained, readEntry } from '../../unlock/audit/entry.ts'
import { auditPublicKey, type Deed, openAudit, verifyAudit } from '../../unlock/index.ts'

const request = '0123456789ABCDEFGHJKMNPQRS'
const deed: Deed = {
  who: 'administrator',
  what: 'request.verified',
  request,
  before: 'opened',
  after: 'verified',
}

describe('ten thousand entries of the audit log', function () {
  this.timeout(300_000)
  let original: string
  let dir: string
  const count = 10_000

  before(() => {
    original = mkdtempSync(join(tmpdir(), 'kaijo-audit-'))
    const keys = openKeys(join(original, 'link.key'))
    const audit = openAudit({ dir: original, keys, clock: () => new Date() })
    for (let n = 0; n < count; n += 1) audit.write({ ...deed, conversation: String(n % 100) })
    audit.close()
  })
  after(() => rmSync(original, { recursive: true }))
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-audit-'))
    cpSync(original, dir, { recursive: true })
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const verified = () => verifyAudit(dir, auditPublicKey(openKeys(join(dir, 'link.key'))))

  it('are in order as they were written', async () => {
    expect(await verified()).to.deep.include({
      entries: count,
      heads: 10,
      unsigned: 0,
      findings: [],
      mended: 0,
    })
  })

  const at = 4321
  const pick = (lines: string[]) => lines[at] ?? ''
  /** Writes all hashes from a line on anew, as somebody would who knows how the log is made but has no key. */
  const rechained = (lines: string[], from: number) => {
    let before = readEntry(lines[from - 1] ?? '')
    for (let n = from; n < lines.length; n += 1) {
      const { hash: _, ...content } = JSON.parse(lines[n] ?? '')
      const link = chained({
        ...content,
        seq: (before?.seq ?? 0) + 1,
        previous: before?.hash ?? '0'.repeat(64),
      })
      lines[n] = link.line
      before = readEntry(link.line)
    }
    return lines
  }

  type Tampering = [name: string, change: (lines: string[]) => string[], file?: string]
  const tamperings: Tampering[] = [
    ['one character of an entry', (lines) => lines.with(at, pick(lines).replace('opened', 'openee'))],
    ['one bit of a hash', (lines) => lines.with(at, pick(lines).replace(/"hash":"(.)/, '"hash":"g'))],
    ['a time', (lines) => lines.with(at, pick(lines).replace(/:\d\d\./, ':61.'))],
    ['a space', (lines) => lines.with(at, pick(lines).replace(':', ': '))],
    ['a field more', (lines) => lines.with(at, pick(lines).replace('{', '{"a":1,'))],
    ['a field twice', (lines) => lines.with(at, pick(lines).replace('{', '{"after":"cleared",'))],
    [
      'an entry edited, with its own hash right',
      (lines) => {
        const { hash: _, ...content } = JSON.parse(pick(lines))
        return lines.with(at, chained({ ...content, after: 'cleared' }).line)
      },
    ],
    [
      'an entry edited, and every hash after it right',
      (lines) => {
        const changed = lines.with(at, pick(lines).replace('opened', 'openee'))
        return rechained(changed, at)
      },
    ],
    [
      'the last entry edited, with its hash right',
      (lines) => {
        const { hash: _, ...content } = JSON.parse(lines.at(-1) ?? '')
        return lines.with(-1, chained({ ...content, after: 'cleared' }).line)
      },
    ],
    ['an entry taken out', (lines) => lines.toSpliced(at, 1)],
    ['an entry taken out, and every hash after it right', (lines) => rechained(lines.toSpliced(at, 1), at)],
    ['the first entry taken out', (lines) => lines.slice(1)],
    ['the first entry taken out, and every hash after it right', (lines) => rechained(lines.slice(1), 0)],
    ['an entry put in twice', (lines) => lines.toSpliced(at, 0, pick(lines))],
    [
      'an entry put in, and every hash after it right',
      (lines) => rechained(lines.toSpliced(at, 0, pick(lines)), at),
    ],
    ['the last entry put in once more', (lines) => [...lines, lines.at(-1) ?? '']],
    ['a line put in that is no entry', (lines) => lines.toSpliced(at, 0, 'hello')],
    ['an empty line put in', (lines) => lines.toSpliced(at, 0, '')],
    ['two neighbours exchanged', (lines) => lines.with(at, lines[at + 1] ?? '').with(at + 1, pick(lines))],
    [
      'two neighbours exchanged, and every hash right',
      (lines) => rechained(lines.with(at, lines[at + 1] ?? '').with(at + 1, pick(lines)), at),
    ],
    ['two far from each other exchanged', (lines) => lines.with(at, lines[99] ?? '').with(99, pick(lines))],
    ['the last entry cut off', (lines) => lines.slice(0, -1)],
    ['the last thousand cut off', (lines) => lines.slice(0, -1000)],
    ['everything cut off', () => []],
    ['half of the last line cut off', (lines) => lines.with(-1, (lines.at(-1) ?? '').slice(0, 40))],
    ['all heads taken out', () => [], 'audit.heads'],
    ['a head taken out', (lines) => lines.toSpliced(4, 1), 'audit.heads'],
    ['two heads exchanged', (lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? ''), 'audit.heads'],
    [
      'a head changed',
      (lines) => lines.with(4, (lines[4] ?? '').replace('"seq":5000', '"seq":5001')),
      'audit.heads',
    ],
    [
      'the last head taken out, and the log cut off before it',
      (lines) => {
        const log = join(dir, 'audit.log')
        writeFileSync(log, `${readFileSync(log, 'utf8').split('\n').slice(0, 5000).join('\n')}\n`)
        return lines.slice(0, 7)
      },
      'audit.heads',
    ],
  ]
  for (const [name, change, file = 'audit.log'] of tamperings) {
    it(`show ${name}`, async () => {
      const lines = readFileSync(join(dir, file), 'utf8').split('\n').slice(0, -1)
      const changed = change(lines)
      writeFileSync(join(dir, file), changed.length > 0 ? `${changed.join('\n')}\n` : '')
      const { findings } = await verified()
      expect(findings).not.to.deep.equal([])
    })
  }

  it('show heads that another installation has signed', async () => {
    writeFileSync(join(dir, 'link.key'), randomBytes(32))
    expect((await verified()).findings).not.to.deep.equal([])
  })

  it('written anew as a whole, by somebody who has the key too, do not have the hash that was noted elsewhere', async () => {
    const keys = openKeys(join(dir, 'link.key'))
    const { hash } = await verified()
    rmSync(join(dir, 'audit.log'))
    rmSync(join(dir, 'audit.heads'))
    const audit = openAudit({ dir, keys, clock: () => new Date() })
    audit.write(deed)
    audit.close()
    const found = await verifyAudit(dir, auditPublicKey(keys), hash)
    expect(found).to.deep.include({ findings: [], hasExpected: false })
  })
})
