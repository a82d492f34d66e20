import type { KeyObject, X509Certificate } from 'node:crypto'

/** Who is at the other end of a TLS connection, as TLS itself knows it. */
export interface Peer {
  certificate: X509Certificate | undefined
  /** Whether TLS found the certificate to be good and of our authority. */
  isAuthorized: boolean
}

/** What the bank keeps of a certificate that it has issued. */
export interface Registered {
  contract: string
  isRevoked: boolean
}

/** What a certificate is held against. */
export interface Rules {
  authority: X509Certificate
  /** The bank's four digits at the end of the name. */
  code: string
  now: Date
  /** The bank's entry of a certificate, by its SHA-256 fingerprint. */
  find(fingerprint: string): Registered | undefined
}

/** Why nobody gets in with a certificate; each has a page of its own. */
export const refusals = [
  'none',
  'foreign',
  'purpose',
  'early',
  'expired',
  'weak',
  'name',
  'unknown',
  'revoked',
] as const
export type PeerRefusal = (typeof refusals)[number]

/** An administrator's certificate that is good now. */
export interface Holder {
  contract: string
  /** SHA-256, as upper-case hexadecimal with colons. */
  fingerprint: string
  /** 契約者ID followed by the bank's code. */
  name: string
}

const clientAuth = '1.3.6.1.5.5.7.3.2'

/**
 * Says whose certificate it is, or why it is refused.
 * Everything is read from the certificate itself, after its signature is known to be our authority's; never from a header.
 */
export function checkPeer(peer: Peer, rules: Rules): Holder | PeerRefusal {
  const { certificate } = peer
  const { authority, now } = rules
  if (!certificate) return 'none'
  if (certificate.ca || !certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
    return 'foreign'
  }
  // Node calls the extended key usage so; without the extension a certificate would be good for anything.
  if (!certificate.keyUsage?.includes(clientAuth)) return 'purpose'
  if (now < certificate.validFromDate) return 'early'
  if (now >= certificate.validToDate) return 'expired'
  if (!isStrong(certificate.publicKey)) return 'weak'
  const name = readName(certificate, rules.code)
  if (!name) return 'name'
  const fingerprint = certificate.fingerprint256
  const registered = rules.find(fingerprint)
  if (!registered || registered.contract + rules.code !== name) return 'unknown'
  if (registered.isRevoked) return 'revoked'
  return peer.isAuthorized ? { contract: registered.contract, fingerprint, name } : 'foreign'
}

/** The common name when there is one and no more, and the whole of it is digits that end with the bank's code. */
function readName(certificate: X509Certificate, code: string): string | undefined {
  const { CN: name } = certificate.toLegacyObject().subject
  const grammar = new RegExp(`^[0-9]{1,16}${code}$`)
  return typeof name === 'string' && grammar.test(name) ? name : undefined
}

/** P-256 or more, or RSA with 2048 bits or more. */
function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= 2048
  return type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? '')
}
