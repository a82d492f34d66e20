import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { isLeft } from './traces.ts'

const pin = '590137'

describe('the search for secrets', () => {
  const written: [string, string | Buffer][] = [
    ['as it is', `PIN ${pin}.`],
    ['between letters', `pin${pin}x`],
    ['in JSON', JSON.stringify({ pin })],
    ['as UTF-16', Buffer.from(pin, 'utf16le')],
    ['as hexadecimal digits', Buffer.from(`a ${pin}`).toString('hex')],
    ...[0, 1, 2, 3, 4, 5].map((before): [string, string] => [
      `as Base64, ${before} characters in`,
      `{"log":"${Buffer.from(`${'abcde'.slice(0, before)}${pin} was typed`).toString('base64')}"}`,
    ]),
    ['as Base64 of a form', Buffer.from(`token=1&pin=${pin}`).toString('base64url')],
  ]
  for (const [how, text] of written) {
    it(`finds one that is written ${how}`, () => {
      const place = Buffer.concat([randomBytes(1000), Buffer.from(' '), Buffer.from(text), Buffer.from(' ')])
      expect(isLeft(pin, place)).to.equal(true)
    })
  }

  it('finds a long one wherever it is', () => {
    const cookie = randomBytes(32).toString('base64url')
    expect(isLeft(cookie, Buffer.from(`xx${cookie}yy`))).to.equal(true)
  })

  it('does not take a certificate in which six digits come up for one', () => {
    const certificate = `-----BEGIN CERTIFICATE-----\n${'MIIB'.repeat(15)}${pin}\n${pin}${'AbCd'.repeat(14)}\n`
    expect(isLeft(pin, Buffer.from(certificate))).to.equal(false)
    expect(isLeft(pin, Buffer.from(`seconds_sum 0.00${pin}21`))).to.equal(false)
  })
})
