import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openContracts } from '../../../unlock/sandbox/contracts.ts'
import { openDatabase } from '../../../unlock/sandbox/database.ts'
import { openKeys } from '../../../unlock/sandbox/keys.ts'
import { createSecrets } from '../../../unlock/sandbox/secrets.ts'
import { demo, type Practice, practise } from '../practice.ts'
import { certificateId, logOn, type Visitor, visit } from '../visitor.ts'

const contract = '0001234567'

describe('the PINs of the sandbox', () => {
  let practice: Practice
  beforeEach(async () => {
    practice = await practise()
  })
  afterEach(() => practice.end())

  /** The secrets of the same database, without the pages before them. */
  async function open() {
    const db = openDatabase(practice.dataDir)
    const secrets = createSecrets(db, openKeys(practice.dataDir).pepper)
    const contracts = await openContracts({ db, secrets, code: '1635', clock: () => practice.now })
    const attempts = () =>
      Number(db.prepare(`SELECT attempts FROM secrets WHERE kind = 'pin'`).get()?.attempts)
    return { db, secrets, contracts, attempts }
  }

  it('are locked after five wrong ones, also for the right one, until the start is restored', async () => {
    const { secrets, contracts } = await open()
    for (let n = 0; n < 5; n += 1) expect(await secrets.check(contract, 'pin', '000000')).to.equal(false)
    expect(await secrets.check(contract, 'pin', demo.pin)).to.equal(false)
    expect(await secrets.check(contract, 'confirmPin', demo.confirmPin)).to.equal(true)
    await contracts.reset()
    expect(await secrets.check(contract, 'pin', demo.pin)).to.equal(true)
  })

  it('count from the start again after a right one', async () => {
    const { secrets, attempts } = await open()
    for (let n = 0; n < 4; n += 1) await secrets.check(contract, 'pin', '000000')
    expect(attempts()).to.equal(4)
    expect(await secrets.check(contract, 'pin', demo.pin)).to.equal(true)
    expect(attempts()).to.equal(0)
  })

  it('count every attempt before it is checked, however many come at once', async () => {
    const { secrets, attempts } = await open()
    const wrong = Array.from({ length: 30 }, () => secrets.check(contract, 'pin', '000000'))
    // All are counted or refused before the first hash is done.
    expect(attempts()).to.equal(5)
    expect(new Set(await Promise.all([...wrong, secrets.check(contract, 'pin', demo.pin)]))).to.deep.equal(
      new Set([false]),
    )
  })

  it('stay locked after a restart', async () => {
    const { secrets } = await open()
    for (let n = 0; n < 5; n += 1) await secrets.check(contract, 'pin', '000000')
    await practice.restart()
    const page = await atPin(practice)
    await page.send({ pin: demo.pin })
    expect(page.status).to.equal(422)
  })

  it('may be typed in full width', async () => {
    const page = await atPin(practice)
    await page.send({ pin: '４８２９１３' })
    expect(page.path).to.equal('/bank/confirm')
  })

  it('answer a wrong one and a locked one with the same words, which name the form', async () => {
    const page = await atPin(practice)
    await page.send({ pin: '000000' })
    const wrong = page.text
    expect(page.status).to.equal(422)
    expect(wrong).to.include('シティ信金ビジネスダイレクト暗証番号閉塞解除依頼書')
    for (let n = 0; n < 4; n += 1) await page.send({ pin: '000000' })
    await page.send({ pin: demo.pin })
    expect(page.status).to.equal(422)
    expect(page.text).to.equal(wrong)
  })

  it('do not count an empty one', async () => {
    const { attempts } = await open()
    const page = await atPin(practice)
    await page.send({ pin: '' })
    expect(page.status).to.equal(422)
    expect(attempts()).to.equal(0)
  })

  it('lock 「ご契約先確認暗証番号」 too, and the user stays suspended', async () => {
    const page = await logOn(visit(practice.url))
    await page.open('/bank/users')
    for (let n = 0; n < 5; n += 1) await page.send({ user: demo.user, confirmPin: '000000' })
    await page.send({ user: demo.user, confirmPin: demo.confirmPin })
    expect(page.status).to.equal(422)
    expect(page.html).to.include('>○<')
  })

  it('are in no file in readable form', async () => {
    const page = await logOn(visit(practice.url))
    await page.open('/bank/users')
    await page.send({ user: demo.user, confirmPin: demo.confirmPin })
    const files = readdirSync(practice.dataDir)
    expect(files).to.include('sandbox.db')
    for (const file of files) {
      const bytes = readFileSync(join(practice.dataDir, file), 'latin1')
      for (const secret of [demo.pin, demo.confirmPin, demo.cardPassword, ...page.cookies.values()]) {
        if (secret.length > 2) expect(bytes.includes(secret), `${secret} in ${file}`).to.equal(false)
      }
    }
  })
})

async function atPin(practice: Practice): Promise<Visitor> {
  const page = await visit(practice.url).open('/bank')
  await page.send({})
  return page.send({ certificate: certificateId(page, 'right') })
}
