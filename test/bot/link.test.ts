import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { isPageNonce, linkId, linkKey, pageNonce, readLink, signLink } from '../../bot/link.ts'

const key = linkKey(randomBytes(32))
const unknown = 'AbCdEfGhIjKlMnOpQrStUv'

describe('a link that is signed', () => {
  it('gives back its id', () => {
    expect(readLink(signLink(unknown, key), key)).to.equal(unknown)
  })

  it('says nothing about anybody, and needs no escaping', () => {
    expect(signLink(unknown, key)).to.match(/^[\w-]{22}\.[\w-]{6}\.[\w-]{86}$/)
  })

  it('is refused with another key', () => {
    expect(readLink(signLink(unknown, key), linkKey(randomBytes(32)))).to.equal(undefined)
  })

  it('is refused when any one of its characters is another', () => {
    const link = signLink(unknown, key)
    for (let at = 0; at < link.length; at += 1) {
      for (const other of ['A', 'B', '1', 'z', '-', '.', '', '%', 'é']) {
        if (other === link[at]) continue
        const changed = link.slice(0, at) + other + link.slice(at + 1)
        expect(readLink(changed, key), changed).to.equal(undefined)
      }
    }
  })
})

describe('the proof that a page was opened', () => {
  it('is good for its link alone, until its time is over', () => {
    const nonce = pageNonce(unknown, 1000, key)
    expect(isPageNonce(nonce, unknown, 999, key)).to.equal(true)
    expect(isPageNonce(nonce, unknown, 1000, key)).to.equal(false)
    expect(isPageNonce(nonce, linkId(), 999, key)).to.equal(false)
    expect(isPageNonce(nonce, unknown, 999, linkKey(randomBytes(32)))).to.equal(false)
    for (const changed of ['', '1', nonce.replace('1000', '9000'), `${nonce}x`, nonce.slice(0, -1)]) {
      expect(isPageNonce(changed, unknown, 999, key), changed).to.equal(false)
    }
  })
})
