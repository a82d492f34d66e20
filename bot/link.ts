import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'

/** What signs deep links, and the pages that they open. */
export interface LinkKey {
  /** Names the key in a link, so that a later key can be told apart. */
  kid: string
  private: KeyObject
  public: KeyObject
  /** For what only this server reads again. */
  secret: Buffer
}

/** An Ed25519 key in PKCS #8 is these bytes and its seed (RFC 8410, section 7). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

const form = /^([\w-]{22})\.([\w-]{6})\.([\w-]{86})$/

/** Makes the key of an installation out of its 32 bytes. */
export function linkKey(seed: Buffer): LinkKey {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
  const open = createPublicKey(key)
  const der = open.export({ format: 'der', type: 'spki' })
  const kid = createHash('sha256').update(der).digest('base64url').slice(0, 6)
  return { kid, private: key, public: open, secret: createHmac('sha256', seed).update('page').digest() }
}

/** A new id for a link: 128 random bits, safe in a path. */
export function linkId(): string {
  return randomBytes(16).toString('base64url')
}

/** What a deep link carries: an opaque id, the key's name and its signature (Ed25519), and nothing about anybody. */
export function signLink(id: string, key: LinkKey): string {
  return `${id}.${key.kid}.${sign(null, said(id), key.private).toString('base64url')}`
}

/** The id of a signed link; undefined when one character of it is not ours. */
export function readLink(text: string, key: LinkKey): string | undefined {
  const [, id, kid, signature] = form.exec(text) ?? []
  if (!id || !signature || kid !== key.kid) return undefined
  const given = Buffer.from(signature, 'base64url')
  // One spelling only: the last character of base64 has bits that a reader ignores.
  if (given.toString('base64url') !== signature) return undefined
  return verify(null, said(id), key.public, given) ? id : undefined
}

/** What the button of a link's page sends: proof that the page was opened, good until `until` (milliseconds). */
export function pageNonce(id: string, until: number, key: LinkKey): string {
  return `${until}.${seal(id, until, key)}`
}

/** Whether the nonce is of this link's page and not too old. */
export function isPageNonce(nonce: string, id: string, now: number, key: LinkKey): boolean {
  const [, until, given] = /^(\d{1,15})\.([\w-]{43})$/.exec(nonce) ?? []
  if (!until || !given || Number(until) <= now) return false
  return timingSafeEqual(Buffer.from(given), Buffer.from(seal(id, Number(until), key)))
}

function said(id: string): Buffer {
  return Buffer.from(`kaijo go ${id}`)
}

function seal(id: string, until: number, { secret }: LinkKey): string {
  return createHmac('sha256', secret).update(`${id} ${until}`).digest('base64url')
}
