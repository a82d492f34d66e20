import type { X509Certificate as Certificate, KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Certified, type Name, writeCertificate } from './certificateWriter.ts'

/** One of the sandbox's own certificate authorities, made when it is first needed and different in every installation. */
export interface Authority {
  certificate: Certificate
  sign(what: Certified): Promise<Certificate>
}

/** What the authority signs for: administrators, whom only the sandbox believes; or the server, which browsers are asked to believe. */
export type Signing = 'clients' | 'server'

const kept = z.strictObject({ key: z.string(), certificate: z.string(), hosts: z.array(z.string()) })
const day = 24 * 60 * 60 * 1000
const validity = 10 * 365 * day

/**
 * Reads `<clients|server>.ca.json`, readable by its owner only, or makes it.
 * An authority with `hosts` can sign for these names and addresses and no others, and is made anew when they change.
 */
export async function openAuthority(place: {
  dataDir: string
  signing: Signing
  now: Date
  hosts?: readonly string[]
}): Promise<Authority> {
  const path = join(place.dataDir, `${place.signing}.ca.json`)
  const hosts = [...(place.hosts ?? [])]
  const before = existsSync(path) ? read(path) : undefined
  const isFitting = before && before.hosts.join() === hosts.join()
  if (!isFitting) {
    mkdirSync(place.dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(path, await makeAuthority(place.signing, place.now, hosts), { mode: 0o600, flush: true })
  }
  const { key: pem, certificate: text } = read(path)
  const [key, certificate] = [createPrivateKey(pem), new X509Certificate(text)]
  const name: Name = [['CN', certificate.toLegacyObject().subject.CN as string]]
  return { certificate, sign: (what) => writeCertificate(what, { name, key }) }
}

/** The server's authority, whose certificate people may trust: it is in `file`, and its key signs for `hosts` only. */
export async function openServerAuthority(
  dataDir: string,
  hosts: readonly string[],
  now: Date,
): Promise<{
  pem: string
  file: string
  /** A key and a certificate for this run of the server; the key is kept in memory only. */
  own: { key: string; cert: string }
}> {
  const authority = await openAuthority({ dataDir, signing: 'server', now, hosts })
  const pem = authority.certificate.toString()
  const file = join(dataDir, 'ca.crt')
  writeFileSync(file, pem)
  const key = makeKey()
  const made = await authority.sign({
    subject: [['CN', hosts[0] ?? 'localhost']],
    publicKey: createPublicKey(key),
    from: new Date(now.getTime() - day),
    // Browsers take no server's certificate that is valid for more than 398 days.
    to: new Date(now.getTime() + 390 * day),
    use: 'server',
    hosts,
  })
  return { pem, file, own: { key: pkcs8(key), cert: made.toString() } }
}

/** A private key for ECDSA with P-256. */
export function makeKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

async function makeAuthority(signing: Signing, now: Date, hosts: string[]): Promise<string> {
  const key = makeKey()
  const publicKey = createPublicKey(key)
  // Two installations on one machine must not be taken for each other: the name tells them apart.
  const mark = publicKey.export({ format: 'der', type: 'spki' }).subarray(-4).toString('hex')
  const name: Name = [['CN', `Kaijo sandbox ${signing} CA ${mark}`]]
  const [from, to] = [new Date(now.getTime() - day), new Date(now.getTime() + validity)]
  const certificate = await writeCertificate(
    { subject: name, publicKey, from, to, use: 'authority', hosts },
    { name, key },
  )
  return JSON.stringify({ key: pkcs8(key), certificate: certificate.toString(), hosts })
}

function read(path: string): z.infer<typeof kept> {
  const found = kept.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!found.success) throw new Error(`${path} is not a file of this sandbox; move it away and start again`)
  return found.data
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string
}
