import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import type { State } from '../../../dialogs/index.ts'
import { signWebhook } from '../../../unlock/index.ts'
import { openKeys } from '../../../unlock/sandbox/keys.ts'
import { type Customer, customer } from '../../security/customer.ts'
import { type Running, runKaijo } from '../../support/kaijo.ts'
import { trust } from '../../support/trust.ts'
import { until } from '../../support/until.ts'
import { demo, listenForWebhooks, type Practice, practise } from '../practice.ts'
import { cardPassword, importCertificate, type Visitor, visit } from '../visitor.ts'

const entry = join(import.meta.dirname, '..', '..', '..', 'unlock', 'sandbox', 'sandboxCommand.ts')
const cleared = '解除を確認しました'

/** `npm run sandbox -- rotate`, in a process of its own; the keys that it names. */
function rotate(dataDir: string): string[] {
  const { status, stdout } = spawnSync(process.execPath, [entry, 'rotate', '--data', dataDir], {
    encoding: 'utf8',
  })
  expect(status).to.equal(0)
  return /UNLOCK_API_KEYS=(\S+)/.exec(stdout)?.[1]?.split(',') ?? []
}

/** A customer who waits, and the administrator of that request who has only the user list before them. */
async function underWay(kaijo: Running, bank: string): Promise<{ waits: Customer; admin: Visitor }> {
  const waits = await customer(kaijo)
  await waits.walk(['ログオンできない', '利用者', '3つともあります', 'わかります'])
  const state = (await kaijo.store.conversation(waits.conversation))?.state as State
  const { id = '', bindingCode = '' } = state.run?.request ?? {}
  const admin = await importCertificate(visit(bank))
  await admin.open(`/requests/${id}`)
  await admin.send({ code: bindingCode })
  await admin.send({})
  await admin.send({ pin: demo.pin })
  await admin.send({ cardPassword: await cardPassword(admin) })
  await admin.open('/bank/users')
  return { waits, admin }
}

const clear = (admin: Visitor) => admin.send({ user: demo.user, confirmPin: demo.confirmPin })
const told = async (one: Customer) =>
  (await one.log()).filter(({ from, text }) => from.role === 'bot' && text?.includes(cleared)).length

/** Resolves when the customer has been told of the end. */
async function hears(one: Customer): Promise<void> {
  while (!(await one.heard()).includes(cleared));
}

/** What the bot answers to a webhook of the bank that is signed with these keys. */
async function answerTo(kaijo: Running, keys: ReturnType<ReturnType<typeof openKeys>['signing']>) {
  const body = Buffer.from(JSON.stringify({ type: 'unlock.updated', data: {} }))
  const headers = { ...signWebhook({ id: 'msg_1', body, keys, now: new Date() }) }
  return (await fetch(`${kaijo.url}/unlock/callback`, { method: 'POST', headers, body })).status
}

describe('a change of the keys of a running sandbox', function () {
  this.timeout(300_000)

  it('reaches the bot that runs it at once: an unlock on the way is told once, a dropped key counts no more', async () => {
    const kaijo = await runKaijo()
    const { sandbox } = kaijo
    const dir = join(kaijo.dir, 'sandbox')
    trust(sandbox?.authority ?? '')
    const first = openKeys(dir).signing()
    const { waits, admin } = await underWay(kaijo, sandbox?.publicUrl ?? '')
    expect(rotate(dir)).to.have.length(2).and.deep.equal(sandbox?.publicKeys())
    await clear(admin)
    await hears(waits)
    expect(await answerTo(kaijo, first), 'the old key beside the new one').to.equal(202)
    expect(rotate(dir)).to.have.length(3)
    expect(await answerTo(kaijo, first)).to.equal(202)
    expect(rotate(dir)).to.have.length(3).and.deep.equal(sandbox?.publicKeys())
    expect(await answerTo(kaijo, first), 'the old key after it was dropped').to.equal(401)
    expect(await answerTo(kaijo, openKeys(dir).signing())).to.equal(202)
    await kaijo.turns.idle()
    expect(await told(waits)).to.equal(1)
    await kaijo.end()
  })

  describe('with a bot that pins its keys', () => {
    let practice: Practice
    beforeEach(async () => {
      practice = await practise({ clock: () => new Date() })
    })
    afterEach(() => practice.end())
    const env = (keys: string[]) => ({
      UNLOCK_API_URL: practice.publicUrl,
      UNLOCK_API_TOKEN: practice.token,
      UNLOCK_API_KEYS: keys.join(','),
    })

    it('loses nothing while one of its keys still signs, also over a restart of the sandbox', async () => {
      const kaijo = await runKaijo(env(practice.publicKeys()))
      const { waits, admin } = await underWay(kaijo, practice.publicUrl)
      const keys = rotate(practice.dataDir)
      await clear(admin)
      await hears(waits)
      await practice.restart()
      expect(practice.publicKeys()).to.deep.equal(keys)
      await kaijo.turns.idle()
      expect(await told(waits)).to.equal(1)
      await kaijo.end()
    })

    it('is told by the undelivered events when it was given the new keys too late', async () => {
      const kept = {
        STORAGE_URL: `sqlite:${join(practice.dataDir, 'bot.db')}`,
        LINK_KEY_FILE: join(practice.dataDir, 'bot.key'),
      }
      const before = await runKaijo({ ...env(practice.publicKeys()), ...kept })
      const { waits, admin } = await underWay(before, practice.publicUrl)
      const keys = [1, 2, 3].map(() => rotate(practice.dataDir)).at(-1) ?? []
      await clear(admin)
      const { body } = await practice.api('GET', '/v1/events?undelivered=true')
      expect(body.events.at(-1).event.data.state).to.equal('cleared')
      expect(await told(waits)).to.equal(0)
      await before.end()
      const after = await runKaijo({ ...env(keys), ...kept })
      const log = async () => await after.store.activities(waits.conversation, 0, 1000)
      const heard = async () => (await log()).filter(({ activity }) => activity.text?.includes(cleared))
      await until(async () => (await heard()).length > 0)
      await after.turns.idle()
      expect(await heard()).to.have.length(1)
      await after.end()
    })
  })

  it('signs with every key, the new one first, so that whoever knows one of them is enough', async () => {
    const practice = await practise({ clock: () => new Date() })
    const callback = await listenForWebhooks()
    rotate(practice.dataDir)
    const { link } = await practice.request(callback.url)
    await (await visit(practice.url).open(link)).send({ decline: 'yes' })
    const [received] = await callback.count(1)
    expect(String(received?.headers['webhook-signature']).split(' ')).to.have.length(2)
    const { body } = await practice.api('GET', '/v1/keys')
    expect(body.keys.map((key: { publicKey: string }) => key.publicKey)).to.deep.equal(practice.publicKeys())
    await callback.close()
    await practice.end()
  })
})
