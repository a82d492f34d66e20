import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { verifyAudit } from '../../../unlock/index.ts'
import { openCounter } from '../../../unlock/sandbox/counter.ts'
import { sandboxAuditKey } from '../../../unlock/sandbox/index.ts'
import { bank, demo, forms, type Practice, practise } from '../practice.ts'
import { atPin, cardPassword, formToken, importCertificate, type Visitor, visit } from '../visitor.ts'

const entry = join(import.meta.dirname, '..', '..', '..', 'unlock', 'sandbox', 'sandboxCommand.ts')
const auditCommand = join(import.meta.dirname, '..', '..', '..', 'bot', 'auditCommand.ts')
const pins: Record<string, string> = {
  '0002345678': '917264',
  '0003456789': '264805',
  '0004567890': '731590',
  '0005678901': '058346',
}

describe('the counter of the sandbox', function () {
  // Some of these start processes.
  this.timeout(300_000)
  let practice: Practice
  beforeEach(async () => {
    practice = await practise({ clock: () => new Date() })
  })
  afterEach(() => practice.end())

  /** The command, while the sandbox runs in this process. */
  function command(...words: string[]) {
    const args = [entry, ...words, '--data', practice.dataDir]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    return { status, said: stdout + stderr }
  }

  /** Logs on as the administrator of a contract with what the help page has for it; where that leads. */
  async function logsOn(contract: string): Promise<Visitor> {
    const page = await importCertificate(visit(practice.url), contract)
    await atPin(page)
    if (page.status === 403) return page
    await page.send({ pin: pins[contract] ?? '' })
    if (page.path !== '/bank/confirm') return page
    return page.send({ cardPassword: (await cardPassword(page, contract)) || '00000000' })
  }

  const cases = [
    ['0002345678', '証明書の有効期限が切れています', '/bank/pin', ['reissue'], 'certificateReissue'],
    ['0003456789', '暗証番号がロックされています', '/bank/pin', ['hand-in', 'pinUnlock'], 'pinUnlock'],
    ['0004567890', 'お客様カードは使えません', '/bank/confirm', ['hand-in', 'cardReissue'], 'cardReissue'],
  ] as const
  for (const [contract, trouble, stop, words, form] of cases) {
    it(`mends "${trouble}" by command`, async () => {
      const help = await visit(practice.url).open('/')
      expect(help.text).to.include(trouble)
      const page = await logsOn(contract)
      expect([page.path, page.status >= 400]).to.deep.equal([stop, true])
      expect(command(...words, '--contract', contract)).to.deep.equal({ status: 0, said: 'Done.\n' })
      expect((await logsOn(contract)).path).to.equal('/bank/menu')
      expect((await help.open('/')).text).not.to.include(trouble)
    })

    it(`mends "${trouble}" by the button of the help page`, async () => {
      const help = await visit(practice.url).open('/')
      await help.send({ contract, form }, { action: '/branch', token: formToken(help) })
      expect(help.status).to.equal(200)
      expect(help.text).to.include(`「${forms[form]}」の手続きが終わりました`)
      expect(help.text).not.to.include(trouble)
      expect((await logsOn(contract)).path).to.equal('/bank/menu')
    })
  }

  it('knows a contract with two locked users', async () => {
    const page = await logsOn('0005678901')
    await page.open('/bank/users')
    const marks = [...page.html.matchAll(/role="img"[^>]*>([^<]*)</g)].map(([, mark]) => mark)
    expect(marks).to.deep.equal(['○', '○', '—'])
  })

  it('revokes by command and by button, and brings everything back', async () => {
    expect(command('revoke', '--contract', demo.contract).status).to.equal(0)
    const help = await visit(practice.url).open('/')
    expect(help.text).to.include('証明書は失効しています')
    const send = (form: string, contract: string) =>
      help.send({ contract, form }, { action: '/branch', token: formToken(help) })
    await send('revoke', '0005678901')
    expect(help.text).to.include('証明書を失効させました')
    await help.open('/')
    await help.send({}, { action: '/reset', token: formToken(help) })
    expect(help.text).not.to.include('証明書は失効しています')
    expect(command('contracts').said)
      .to.match(/0001234567 .*healthy/)
      .and.match(/0003456789 .*pinsLocked/)
  })

  it('keeps the certificates that are as on the first day: nobody must import another after a reset', async () => {
    const page = await importCertificate(visit(practice.url))
    await page.open('/')
    await page.send({}, { action: '/reset', token: formToken(page) })
    await atPin(page)
    expect([page.status, page.path]).to.deep.equal([200, '/bank/pin'])
  })

  it('writes down what was done, by command and by button, in one log that is whole', async () => {
    const { contract } = demo
    const counter = await openCounter({ dataDir: practice.dataDir, code: bank.code, clock: () => new Date() })
    counter.revoke(contract)
    await counter.handIn('certificateReissue', contract)
    await counter.handIn('cardReissue', contract)
    counter.rotate()
    counter.revoke('0009999999')
    await counter.handIn('pinUnlock', '0009999999')
    counter.close()
    expect(command('hand-in', 'pinUnlock', '--contract', contract).status).to.equal(0)
    const help = await visit(practice.url).open('/')
    await help.send(
      { contract: demo.contract, form: 'pinUnlock' },
      { action: '/branch', token: formToken(help) },
    )
    await help.send({}, { action: '/reset', token: formToken(help) })
    const lines = readFileSync(join(practice.dataDir, 'audit.log'), 'utf8').split('\n').slice(0, -1)
    const all = lines.map((line) => JSON.parse(line))
    expect(all.map(({ who, what, where }) => `${who} ${what} ${where}`)).to.deep.equal([
      'bank certificate.revoked counter',
      'bank certificate.issued counter',
      'bank card.replaced counter',
      'bank key.rotated counter',
      'bank pin.unlocked counter',
      'bank pin.unlocked sandbox',
      'bank practice.reset sandbox',
    ])
    const kept = all.flatMap(({ contract: name }) => name ?? [])
    expect(kept).to.have.length(5)
    for (const name of kept) expect(name).to.match(/^[\w-]{16}$/)
    const verify = [auditCommand, '--dir', practice.dataDir]
    expect(spawnSync(process.execPath, verify, { encoding: 'utf8' })).to.include({ status: 0, stderr: '' })
    writeFileSync(join(practice.dataDir, 'audit.log'), `${lines.toSpliced(2, 1).join('\n')}\n`)
    const key = sandboxAuditKey(practice.dataDir)!
    expect((await verifyAudit(practice.dataDir, key)).findings).not.to.deep.equal([])
  })

  it('says what it can do, and what was wrong', () => {
    const { status: odd, said: sentence } = command('open-sesame')
    expect(odd).to.equal(2)
    expect(sentence).to.equal('"open-sesame" is nothing that the sandbox does; see --help\n')
    expect(command('hand-in', 'love-letter', '--contract', demo.contract).status).to.equal(2)
    for (const words of [['revoke'], ['reissue'], ['hand-in', 'pinUnlock']]) {
      const { status, said } = command(...words, '--contract', '0009999999')
      expect(status).to.equal(1)
      expect(said).to.include('"0009999999"').and.include('contracts')
    }
  })

  it('refuses a form for a contract, or of a kind, that there is not', async () => {
    const help = await visit(practice.url).open('/')
    for (const fields of [
      { contract: '0009999999', form: 'pinUnlock' },
      { contract: demo.contract, form: 'love-letter' },
      { contract: '0009999999', form: 'revoke' },
    ]) {
      await help.open('/')
      await help.send(fields, { action: '/branch', token: formToken(help) })
      expect(help.status).to.equal(422)
    }
  })
})
