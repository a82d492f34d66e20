import type { KeyObject } from 'node:crypto'
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { Integer, OctetString, Utf8String } from 'asn1js'
import * as pki from 'pkijs'

/** A name as certificates have it, part by part; the same kind may come twice, which is not to be trusted. */
export type Name = readonly (readonly [kind: 'CN' | 'O', value: string])[]

/** What a certificate is for. */
export type Use = 'authority' | 'server' | 'client'

/** What a certificate says. */
export interface Certified {
  subject: Name
  publicKey: KeyObject
  from: Date
  to: Date
  use: Use
  /** A server's names and addresses; for an authority the only ones that it may sign for. */
  hosts?: readonly string[]
}

/** Who signs: an ECDSA P-256 key and the name that goes with it. */
export interface Signer {
  name: Name
  key: KeyObject
}

const kinds = { CN: '2.5.4.3', O: '2.5.4.10' }
const purposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' }
/** `keyCertSign` and `cRLSign`; `digitalSignature` (RFC 5280, 4.2.1.3), as bits of one byte. */
const keyUsages = { authority: 0b00000110, leaf: 0b10000000 }

// The library looks for its engine when it is first used; this process has Node's own.
pki.setEngine('node', new pki.CryptoEngine({ name: 'node', crypto: webcrypto as never }))

/** Writes and signs a certificate (X.509 v3, RFC 5280), with a random serial number of 127 bits. */
export async function writeCertificate(what: Certified, signer: Signer): Promise<X509Certificate> {
  const certificate = new pki.Certificate({ version: 2, serialNumber: new Integer({ valueHex: serial() }) })
  setName(certificate.issuer, signer.name)
  setName(certificate.subject, what.subject)
  certificate.notBefore = new pki.Time({ value: what.from })
  certificate.notAfter = new pki.Time({ value: what.to })
  certificate.subjectPublicKeyInfo = pki.PublicKeyInfo.fromBER(bytes(spki(what.publicKey)))
  certificate.extensions = extensions(what)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = signer.key.toCryptoKey(algorithm, false, ['sign'])
  await certificate.sign(key as never, 'SHA-256')
  return new X509Certificate(Buffer.from(certificate.toSchema(true).toBER(false)))
}

function setName(target: pki.RelativeDistinguishedNames, name: Name): void {
  target.typesAndValues = name.map(
    ([kind, value]) => new pki.AttributeTypeAndValue({ type: kinds[kind], value: new Utf8String({ value }) }),
  )
}

function extensions({ use, hosts = [] }: Certified): pki.Extension[] {
  const isAuthority = use === 'authority'
  const basic = new pki.BasicConstraints(isAuthority ? { cA: true, pathLenConstraint: 0 } : { cA: false })
  const usage = Uint8Array.of(3, 2, isAuthority ? 1 : 7, isAuthority ? keyUsages.authority : keyUsages.leaf)
  const all = [
    extension('2.5.29.19', true, basic.toSchema().toBER(false)),
    extension('2.5.29.15', true, usage.buffer),
  ]
  if (!isAuthority) {
    const purpose = new pki.ExtKeyUsage({ keyPurposes: [purposes[use]] })
    all.push(extension('2.5.29.37', false, purpose.toSchema().toBER(false)))
  }
  if (hosts.length > 0 && isAuthority) {
    const permittedSubtrees = hosts.map((host) => new pki.GeneralSubtree({ base: generalName(host, true) }))
    const constraints = new pki.NameConstraints({ permittedSubtrees })
    all.push(extension('2.5.29.30', true, constraints.toSchema().toBER(false)))
  } else if (hosts.length > 0) {
    const names = new pki.GeneralNames({ names: hosts.map((host) => generalName(host)) })
    all.push(extension('2.5.29.17', false, names.toSchema().toBER(false)))
  }
  return all
}

function extension(extnID: string, critical: boolean, extnValue: ArrayBuffer): pki.Extension {
  return new pki.Extension({ extnID, critical, extnValue })
}

/** A DNS name, or an address as its bytes (RFC 5280, 4.2.1.6); in a constraint with a mask behind it (4.2.1.10). */
function generalName(host: string, isConstraint = false): pki.GeneralName {
  if (isIP(host) === 0) return new pki.GeneralName({ type: 2, value: host })
  const address = addressBytes(host)
  const mask = Buffer.alloc(isConstraint ? address.length : 0, 0xff)
  const value = new OctetString({ valueHex: bytes(Buffer.concat([address, mask])) })
  return new pki.GeneralName({ type: 7, value })
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => text.split(':').filter(Boolean)
  const [front, back] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  return Buffer.from([...front, ...zeros, ...back].map((group) => group.padStart(4, '0')).join(''), 'hex')
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

/** Positive and never beginning with a zero byte, as DER wants its integers. */
function serial(): ArrayBuffer {
  const number = randomBytes(16)
  number[0] = ((number[0] ?? 0) & 0x7f) | 0x40
  return bytes(number)
}

function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer
}
