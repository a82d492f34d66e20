import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import {
  maxWebhook,
  readPublicKey,
  readUpdate,
  signWebhook,
  verifyWebhook,
  writePublicKey,
} from '../../unlock/index.ts'
import { writeUpdate } from '../../unlock/update.ts'
import { mutationsOf } from './mutations.ts'

const now = new Date('2026-04-01T09:00:00Z')
const update = { id: '0123456789ABCDEFGHJKMNPQRS', state: 'cleared', at: '2026-04-01T08:59:59.000Z' } as const
const body = Buffer.from(writeUpdate(update))
const [first, second, third, other] = Array.from({ length: 4 }, () => generateKeyPairSync('ed25519'))
const id = 'msg_2Lb-x'

function signed(keys = [first!.privateKey], at = now) {
  return signWebhook({ id, body, keys, now: at })
}

describe('a signed webhook', () => {
  it('is accepted when nothing of it was changed', () => {
    expect(verifyWebhook({ headers: signed(), body, keys: [first!.publicKey], now })).to.deep.equal({
      valid: true,
      id,
    })
    expect(readUpdate(body)).to.deep.equal(update)
  })

  it('is the very one that RFC 8032 and Standard Webhooks describe', () => {
    // The key of RFC 8032, 7.1, test 1.
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex')
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    expect(writePublicKey(key)).to.equal('whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=')
    const headers = signWebhook({
      id: 'msg_1',
      body: Buffer.from('{}'),
      keys: [key],
      now: new Date(1700000000_999),
    })
    expect(headers['webhook-timestamp']).to.equal('1700000000')
    const keys = [readPublicKey('whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=')]
    expect(
      verifyWebhook({ headers, body: Buffer.from('{}'), keys, now: new Date(1700000000_000) }).valid,
    ).to.equal(true)
  })

  it('may be five minutes early or late, and no second more', () => {
    const at = (seconds: number) => new Date(now.getTime() + seconds * 1000)
    for (const [seconds, valid] of [
      [300, true],
      [-300, true],
      [301, false],
      [-301, false],
    ] as const) {
      const verdict = verifyWebhook({ headers: signed(), body, keys: [first!.publicKey], now: at(seconds) })
      expect(verdict.valid, `${seconds} s`).to.equal(valid)
    }
  })

  it('is accepted while keys change: several signatures, up to three keys', () => {
    const keys = [other!.publicKey, second!.publicKey, third!.publicKey]
    const both = signed([first!.privateKey, second!.privateKey])
    expect(verifyWebhook({ headers: both, body, keys, now }).valid).to.equal(true)
    expect(verifyWebhook({ headers: signed(), body, keys, now }).valid).to.equal(false)
    const four = signed([first!, second!, third!, other!].map((pair) => pair.privateKey))
    expect(verifyWebhook({ headers: four, body, keys, now }).valid).to.equal(false)
    const fourKeys = [...keys, first!.publicKey]
    expect(verifyWebhook({ headers: signed(), body, keys: fourKeys, now }).valid).to.equal(false)
  })

  it('passes over signatures of another kind', () => {
    const headers = { ...signed() }
    headers['webhook-signature'] = `v1,c2hhcmVk ${headers['webhook-signature']}`
    expect(verifyWebhook({ headers, body, keys: [first!.publicKey], now }).valid).to.equal(true)
  })

  const good = signed()
  for (const [name, change] of mutationsOf(good, body)) {
    it(`is refused with ${name}`, () => {
      const verdict = verifyWebhook({
        headers: { ...good, ...change.headers },
        body: change.body ?? body,
        keys: [first!.publicKey],
        now,
      })
      expect(verdict.valid).to.equal(false)
    })
  }

  it('is refused when it is larger than 20 KB, however well it is signed', () => {
    for (const [size, valid] of [
      [maxWebhook, true],
      [maxWebhook + 1, false],
    ] as const) {
      const large = Buffer.alloc(size, ' ')
      const headers = signWebhook({ id, body: large, keys: [first!.privateKey], now })
      expect(verifyWebhook({ headers, body: large, keys: [first!.publicKey], now }).valid).to.equal(valid)
    }
  })

  it('is refused when no key is known', () => {
    expect(verifyWebhook({ headers: signed(), body, keys: [], now }).valid).to.equal(false)
  })

  it('is read only when it is an update that we know', () => {
    const other = JSON.parse(String(body))
    for (const text of ['', '[]', 'null', '{', JSON.stringify({ ...other, type: 'unlock.deleted' })]) {
      expect(readUpdate(Buffer.from(text)), text).to.equal(undefined)
    }
  })

  it('has keys that people can copy, and says what is wrong with others', () => {
    const text = writePublicKey(first!.publicKey)
    expect(writePublicKey(readPublicKey(text))).to.equal(text)
    for (const bad of ['', 'whpk_', 'whsec_abc', text.slice(0, -4), text.replace('whpk_', '')]) {
      expect(() => readPublicKey(bad), bad).to.throw(/whpk_/)
    }
  })
})
