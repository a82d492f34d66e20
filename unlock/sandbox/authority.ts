import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Certified, type Name, writeCertificate } from './certificateWriter.ts'

/** The practised bank's certificate authority, made at the first start and different in every installation. */
export interface Authority {
  certificate: X509Certificate
  /** The file with its certificate, for who wants to trust it. */
  file: string
  sign(what: Certified): Promise<X509Certificate>
  /** A new key and certificate for the sandbox's own server; the key is kept in memory only. */
  server(hosts: readonly string[], now: Date): Promise<{ key: string; cert: string }>
}

const kept = z.strictObject({ key: z.string(), certificate: z.string() })
const day = 24 * 60 * 60 * 1000
const years = 365 * day

/** Reads `authority.keys.json`, readable by its owner only, or makes it, with `ca.crt` beside it. */
export async function openAuthority(dataDir: string, now: Date): Promise<Authority> {
  const path = join(dataDir, 'authority.keys.json')
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(path, await makeAuthority(now), { mode: 0o600, flag: 'wx', flush: true })
  }
  const read = kept.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!read.success) throw new Error(`${path} is not a file of this sandbox; move it away and start again`)
  const certificate = new X509Certificate(read.data.certificate)
  const key = createPrivateKey(read.data.key)
  const file = join(dataDir, 'ca.crt')
  writeFileSync(file, read.data.certificate)
  const name: Name = [['CN', certificate.toLegacyObject().subject.CN as string]]
  const sign = (what: Certified) => writeCertificate(what, { name, key })
  return {
    certificate,
    file,
    sign,
    async server(hosts, at) {
      const own = makeKey()
      const made = await sign({
        subject: [['CN', hosts[0] ?? 'localhost']],
        publicKey: createPublicKey(own),
        from: new Date(at.getTime() - day),
        // Browsers take no server's certificate that is valid for more than 398 days.
        to: new Date(at.getTime() + 390 * day),
        use: 'server',
        hosts,
      })
      return { key: own.export({ type: 'pkcs8', format: 'pem' }) as string, cert: made.toString() }
    },
  }
}

/** A private key for ECDSA with P-256. */
export function makeKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

async function makeAuthority(now: Date): Promise<string> {
  const key = makeKey()
  const publicKey = createPublicKey(key)
  // Two installations on one machine must not be taken for each other: the name tells them apart.
  const mark = new Date(now).toISOString().slice(0, 10)
  const name: Name = [['CN', `Kaijo sandbox CA ${mark} ${fingerprintOf(publicKey)}`]]
  const certificate = await writeCertificate(
    {
      subject: name,
      publicKey,
      from: new Date(now.getTime() - day),
      to: new Date(now.getTime() + 10 * years),
      use: 'authority',
    },
    { name, key },
  )
  return JSON.stringify({
    key: key.export({ type: 'pkcs8', format: 'pem' }),
    certificate: certificate.toString(),
  })
}

function fingerprintOf(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' })
  return der.subarray(-4).toString('hex')
}
