import type { KeyObject, X509Certificate } from 'node:crypto'
import { createHash } from 'node:crypto'
import { BmpString, OctetString } from 'asn1js'
import * as pki from 'pkijs'

/** What a .p12 file holds. */
export interface Identity {
  key: KeyObject
  certificate: X509Certificate
  /** Who has signed the certificate. */
  authority: X509Certificate
  /** Shown in certificate stores. */
  name: string
}

const bags = { key: '1.2.840.113549.1.12.10.1.2', certificate: '1.2.840.113549.1.12.10.1.3' }
const attributes = { name: '1.2.840.113549.1.9.20', keyId: '1.2.840.113549.1.9.21' }
/** As OpenSSL 3 and Windows write them (RFC 8018): AES-256, SHA-256; the password has 80 random bits, so 10,000 rounds are many. */
const rounds = 10_000
const cipher = { name: 'AES-CBC', length: 256 }

/** Writes a key with its certificate as PKCS#12 (RFC 7292), closed with a password of ASCII characters. */
export async function writePkcs12(identity: Identity, password: string): Promise<Buffer> {
  const secret = new TextEncoder().encode(password).buffer as ArrayBuffer
  const encryption = {
    password: secret,
    contentEncryptionAlgorithm: cipher,
    hmacHashAlgorithm: 'SHA-256',
    iterationCount: rounds,
  }
  const keyBag = new pki.PKCS8ShroudedKeyBag({ parsedValue: pki.PrivateKeyInfo.fromBER(pkcs8(identity.key)) })
  await keyBag.makeInternalValues(encryption as never)
  const labels = labelsOf(identity)
  const safeContents = [
    { privacyMode: 0, value: contents([bag(bags.key, keyBag, labels)]) },
    {
      privacyMode: 1,
      value: contents([
        bag(bags.certificate, certificateBag(identity.certificate), labels),
        bag(bags.certificate, certificateBag(identity.authority)),
      ]),
    },
  ]
  const authenticatedSafe = new pki.AuthenticatedSafe({ parsedValue: { safeContents } })
  await authenticatedSafe.makeInternalValues({ safeContents: [{}, encryption] } as never)
  const file = new pki.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe } })
  await file.makeInternalValues({
    password: secret,
    iterations: rounds,
    pbkdf2HashAlgorithm: 'SHA-256',
    hmacHashAlgorithm: 'SHA-256',
  })
  return Buffer.from(file.toSchema().toBER(false))
}

function contents(safeBags: pki.SafeBag[]): pki.SafeContents {
  return new pki.SafeContents({ safeBags })
}

function bag(
  bagId: string,
  bagValue: pki.PKCS8ShroudedKeyBag | pki.CertBag,
  labels: pki.Attribute[] = [],
): pki.SafeBag {
  return new pki.SafeBag({
    bagId,
    bagValue: bagValue as never,
    ...(labels.length > 0 && { bagAttributes: labels }),
  })
}

function certificateBag(certificate: X509Certificate): pki.CertBag {
  const der = new Uint8Array(certificate.raw).buffer
  return new pki.CertBag({ parsedValue: pki.Certificate.fromBER(der) })
}

/** The same id on both is how a store finds the key of a certificate. */
function labelsOf({ name, certificate }: Identity): pki.Attribute[] {
  const id = new Uint8Array(createHash('sha256').update(certificate.raw).digest()).buffer
  return [
    new pki.Attribute({ type: attributes.name, values: [new BmpString({ value: name })] }),
    new pki.Attribute({ type: attributes.keyId, values: [new OctetString({ valueHex: id })] }),
  ]
}

function pkcs8(key: KeyObject): ArrayBuffer {
  return new Uint8Array(key.export({ type: 'pkcs8', format: 'der' })).buffer
}
