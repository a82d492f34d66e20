import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { verifyWebhook, writePublicKey } from '../../../unlock/index.ts'
import { createApi } from '../../../unlock/sandbox/api.ts'
import { openDatabase } from '../../../unlock/sandbox/database.ts'
import { startOutbox } from '../../../unlock/sandbox/outbox.ts'
import { openRequests } from '../../../unlock/sandbox/requests.ts'
import { conforms } from '../contract.ts'
import { listenForWebhooks } from '../practice.ts'

describe('a change of the keys that sign webhooks', () => {
  const pairs = Array.from({ length: 3 }, () => generateKeyPairSync('ed25519'))
  const [old, next, last] = pairs as [(typeof pairs)[0], (typeof pairs)[0], (typeof pairs)[0]]
  const stranger = generateKeyPairSync('ed25519')
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-keys-'))
  const db = openDatabase(dir)
  after(() => {
    db.close()
    rmSync(dir, { recursive: true })
  })

  it('loses no webhook for a bot that knows one of the keys, the old one or the new one', async () => {
    const callback = await listenForWebhooks()
    let signing = [old.privateKey]
    const clock = () => new Date()
    const outbox = startOutbox({
      db,
      signing: () => signing,
      clock,
      firstPause: 20,
      onError: (error) => {
        throw error
      },
    })
    const requests = openRequests({ db, clock, lifetime: 60_000, onChange: outbox.kick })
    const asked = { purpose: 'clear-user-suspension', locale: 'ja', channel: 'line' } as const
    const customer = 'customer-of-this-test'
    const happen = async (count: number, keys: typeof signing) => {
      signing = keys
      const made = requests.create({ ...asked, customer, callbackUrl: callback.url }, `key-${count}`)
      if ('code' in made) throw new Error(made.code)
      requests.step(made.id, 'reject', 'declined')
      const { headers, body } = (await callback.count(count)).at(-1)!
      return (key: typeof stranger) =>
        verifyWebhook({ headers, body, keys: [key.publicKey], now: clock() }).valid
    }
    const before = await happen(1, [old.privateKey])
    expect([old, next, last].map(before)).to.deep.equal([true, false, false])
    const meanwhile = await happen(
      2,
      pairs.map(({ privateKey }) => privateKey),
    )
    expect([old, next, last, stranger].map(meanwhile)).to.deep.equal([true, true, true, false])
    const after = await happen(3, [next.privateKey])
    expect([old, next, last].map(after)).to.deep.equal([false, true, false])
    await outbox.close()
    await callback.close()
  })

  it('is announced: up to three keys are listed', async () => {
    const requests = openRequests({ db, clock: () => new Date(), lifetime: 1, onChange: () => {} })
    const keys = pairs.map(({ publicKey }) => writePublicKey(publicKey))
    const api = createApi({ requests, token: 't', publicKeys: () => keys, origin: () => '' })
    const answer = await api.get('GET /v1/keys')?.({} as IncomingMessage, new URL('http://x/v1/keys'), '')
    conforms('/components/schemas/Keys', answer?.body)
    expect(answer?.body).to.deep.equal({
      keys: keys.map((publicKey) => ({ algorithm: 'ed25519', publicKey })),
    })
  })
})
