import { createHash, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Keys } from '../keys.ts'
import { HttpError } from '../route.ts'
import type { Store } from '../store/index.ts'

/** Whom a credential speaks for: one user in one conversation, perhaps only from pages of some origins. */
export interface Holder {
  conversation: string
  user: string
  origins?: string[]
}

const claims = z.object({
  conv: z.string(),
  user: z.string(),
  origins: z.array(z.string()).optional(),
  jti: z.string(),
  exp: z.number(),
})

/** Seconds that each kind of credential lives; each kind has its own `typ` and its own key. */
const lives = { token: 30 * 60, ticket: 60, resume: 7 * 24 * 60 * 60 } as const

/** The kinds: `token` for Direct Line calls, `ticket` to open one stream, `resume` to get a new token days later. */
export type Kind = keyof typeof lives

/** Makes and reads the credentials of the web chat; they outlive a restart because the key file does. */
export interface Credentials {
  issue(kind: Kind, holder: Holder): Promise<string>
  /** Throws HttpError 403 `TokenExpired` or `BadToken`. */
  read(kind: Kind, credential: string): Promise<Holder>
  /** Reads a ticket and spends it: the second time it is a bad one. */
  spend(ticket: string): Promise<Holder>
}

/** Verified tokens that are remembered; the oldest goes first. */
const mostKnown = 10_000

/** Seconds until a credential of the kind expires, as clients are told. */
export function lifetime(kind: Kind): number {
  return lives[kind]
}

/** `now` gives milliseconds since 1970; `store` knows the tickets that other processes have spent. */
export function createCredentials(keys: Keys, now: () => number, store: Pick<Store, 'hold'>): Credentials {
  // Key objects: jose prepares one once, and plain bytes anew at each use.
  const secrets = {
    token: createSecretKey(keys.derive('direct-line')),
    ticket: createSecretKey(keys.derive('stream')),
    resume: createSecretKey(keys.derive('resume')),
  }
  const spent = new Map<string, number>()

  /** What has been verified lately: each request of a chat carries the same token, and checking one costs a trip to a thread. */
  const known = new Map<string, z.output<typeof claims>>()

  const verified = async (kind: Kind, credential: string) => {
    const name = `${kind} ${credential}`
    const before = known.get(name)
    if (before && before.exp * 1000 > now()) return before
    const read = await verifiedAnew(kind, credential)
    if (known.size >= mostKnown) known.delete(known.keys().next().value as string)
    known.set(name, read)
    return read
  }

  const verifiedAnew = async (kind: Kind, credential: string) => {
    try {
      const { payload } = await jwtVerify(credential, secrets[kind], {
        algorithms: ['HS256'],
        typ: `kaijo-${kind}+jwt`,
        issuer: 'kaijo',
        audience: kind,
        currentDate: new Date(now()),
      })
      return claims.parse(payload)
    } catch (error) {
      // The real service says "TokenExpired" too, and clients look for it.
      if (error instanceof errors.JWTExpired)
        throw new HttpError(403, 'TokenExpired', 'The token has expired')
      throw new HttpError(403, 'BadToken', 'The token is not valid')
    }
  }

  /** Whoever opens the ten-thousandth stream must not look through all before it. */
  const forgetOld = () => {
    for (const [id, until] of spent) {
      if (until * 1000 >= now()) return
      spent.delete(id)
    }
  }

  return {
    issue(kind, { conversation, user, origins }) {
      const payload: JWTPayload = { conv: conversation, user, ...(origins ? { origins } : {}) }
      const seconds = Math.floor(now() / 1000)
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', typ: `kaijo-${kind}+jwt` })
        .setIssuer('kaijo')
        .setAudience(kind)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + lives[kind])
        .setJti(randomId())
        .sign(secrets[kind])
    },
    read: async (kind, credential) => holder(await verified(kind, credential)),
    async spend(ticket) {
      // Not remembered: it never comes again, and would push out a token that does.
      const read = await verifiedAnew('ticket', ticket)
      forgetOld()
      const isSpent = spent.has(read.jti)
      spent.set(read.jti, read.exp)
      // Another process may have opened a stream with it.
      if (isSpent || !(await store.hold(`ticket ${read.jti}`, lives.ticket * 1000)))
        throw new HttpError(403, 'BadToken', 'The token is not valid')
      return holder(read)
    },
  }
}

/** 128 random bits for an id that nobody can guess. */
export function randomId(): string {
  return randomBytes(16).toString('base64url')
}

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
export function sameSecret(one: string, other: string): boolean {
  const digest = (secret: string) => createHash('sha256').update(secret).digest()
  return timingSafeEqual(digest(one), digest(other))
}

function holder({ conv, user, origins }: z.output<typeof claims>): Holder {
  return { conversation: conv, user, ...(origins ? { origins } : {}) }
}
