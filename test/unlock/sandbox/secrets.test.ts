import { expect } from 'chai'
import { openDatabase } from '../../../unlock/sandbox/database.ts'
import { openKeys } from '../../../unlock/sandbox/keys.ts'
import { createSecrets } from '../../../unlock/sandbox/secrets.ts'
import { demo, type Practice, practise } from '../practice.ts'
import { atPin, formToken, logOn, visit } from '../visitor.ts'

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
    const attempts = () =>
      Number(
        db.prepare(`SELECT attempts FROM secrets WHERE contract = ? AND kind = 'pin'`).get(contract)
          ?.attempts,
      )
    return { secrets, attempts }
  }

  it('are locked after five wrong ones, also for the right one, until the start is restored', async () => {
    const { secrets } = await open()
    for (let n = 0; n < 5; n += 1) expect(await secrets.check(contract, 'pin', '000000')).to.equal(false)
    expect(await secrets.check(contract, 'pin', demo.pin)).to.equal(false)
    expect(await secrets.check(contract, 'confirmPin', demo.confirmPin)).to.equal(true)
    const page = await visit(practice.url).open('/')
    await page.send({}, { action: '/reset', token: formToken(page) })
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
    // All are counted or refused before the first hash is done, which takes some thirty milliseconds.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(attempts()).to.equal(5)
    expect(new Set(await Promise.all([...wrong, secrets.check(contract, 'pin', demo.pin)]))).to.deep.equal(
      new Set([false]),
    )
  })

  it('stay locked after a restart', async () => {
    const { secrets } = await open()
    for (let n = 0; n < 5; n += 1) await secrets.check(contract, 'pin', '000000')
    await practice.restart()
    const page = await atPin(visit(practice.url))
    await page.send({ pin: demo.pin })
    expect(page.status).to.equal(422)
  })

  it('may be typed in full width', async () => {
    const page = await atPin(visit(practice.url))
    await page.send({ pin: '４８２９１３' })
    expect(page.path).to.equal('/bank/confirm')
  })

  it('answer a wrong one and a locked one with the same words, which name the form', async () => {
    const page = await atPin(visit(practice.url))
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
    const page = await atPin(visit(practice.url))
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
})
