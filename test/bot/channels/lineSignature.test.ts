import { createHmac } from 'node:crypto'
import { validateSignature } from '@line/bot-sdk'
import { expect } from 'chai'
import { isSignedByLine } from '../../../bot/channels/lineSignature.ts'

describe("the signature of LINE's webhooks", () => {
  const secret = '8c570fa6dd201bb328f1c1eac23a96d8'
  const body = Buffer.from('{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}')
  const signature = 'GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs='
  const table: [what: string, body: Buffer, signature: unknown, holds: boolean][] = [
    ["LINE's own example", body, signature, true],
    ['one changed letter', body, signature.replace('G', 'g'), false],
    ['one byte more in the body', Buffer.concat([body, Buffer.from(' ')]), signature, false],
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]), signature, false],
    ['no header', body, undefined, false],
    ['an empty header', body, '', false],
    ['a longer signature', body, `${signature}=`, false],
    ['the same bytes spelled in another way', body, signature.replace('=', ''), false],
    ['two headers', body, [signature, signature], false],
  ]
  for (const [what, bytes, given, holds] of table) {
    it(`${holds ? 'holds' : 'does not hold'} with ${what}`, () => {
      expect(isSignedByLine(bytes, given, [secret])).to.equal(holds)
    })
  }

  it("agrees with LINE's own library, and holds with the old secret while it is being changed", () => {
    for (const text of ['{"a":"🤨"}', '{"a":"\\uD83E\\uDD28"}', '']) {
      const bytes = Buffer.from(text)
      const made = createHmac('sha256', secret).update(bytes).digest('base64')
      expect(validateSignature(bytes, secret, made)).to.equal(true)
      expect(isSignedByLine(bytes, made, ['new', secret])).to.equal(true)
      expect(isSignedByLine(bytes, made, ['new'])).to.equal(false)
    }
  })
})
