import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { transact } from './database.ts'

/** ご契約先暗証番号, ご契約先確認暗証番号. */
export type SecretKind = 'pin' | 'confirmPin'

/** So many wrong answers in a row lock a secret. */
export const mostAttempts = 5

/** A contract's PINs: hashed, counted before they are checked, locked after too many wrong ones. */
export interface Secrets {
  hash(value: string): Promise<string>
  /** False for wrong and for locked alike, and as slow. */
  check(contract: string, kind: SecretKind, value: string): Promise<boolean>
  isLocked(contract: string, kind: SecretKind): boolean
}

/** Turns a secret into what is kept: slow by intention. */
export type Derive = (message: string, nonce: Buffer, pepper: Buffer) => Promise<Buffer>

const argon2id = promisify(argon2)
/** OWASP's least for argon2id: 19 MiB, two passes. */
const cost = { parallelism: 1, tagLength: 32, memory: 19 * 1024, passes: 2 }
const slots = 2

/** The real one. */
export const slowly: Derive = (message, nonce, pepper) =>
  argon2id('argon2id', { ...cost, message, nonce, secret: pepper })

/** `pepper` goes into every hash and is kept apart from them. At most two hashes are made at a time. */
export function createSecrets(db: DatabaseSync, pepper: Buffer, by: Derive = slowly): Secrets {
  const inSlot = createSlots(slots)
  const count = db.prepare(
    'UPDATE secrets SET attempts = attempts + 1 WHERE contract = ? AND kind = ? AND attempts < ? RETURNING hash',
  )
  const forgive = db.prepare('UPDATE secrets SET attempts = 0 WHERE contract = ? AND kind = ?')
  const attempts = db.prepare('SELECT attempts FROM secrets WHERE contract = ? AND kind = ?')
  const tried = db.prepare('UPDATE tries SET number = number + 1')
  const derive = (value: string, nonce: Buffer) => inSlot(() => by(value, nonce, pepper))
  let next: Promise<Buffer> | undefined
  /**
   * Takes as long as a check, where the answer is no already: no secret is locked more quickly than it is wrong. Whoever comes
   * before it has begun shares it, or a flood against a locked secret would keep everybody else waiting.
   */
  const pretend = (value: string) => {
    const begin = () => {
      next = undefined
      return by(value, randomBytes(16), pepper)
    }
    // Not at once: a free slot would begin before it can be shared.
    next ??= Promise.resolve().then(() => inSlot(begin))
    return next
  }
  /** One write to the disk, whether or not there is such a contract: the time taken must not tell. */
  const countTry = (contract: string, kind: SecretKind) =>
    transact(db, () => {
      tried.run()
      return count.get(contract, kind, mostAttempts)
    })

  return {
    async hash(value) {
      const nonce = randomBytes(16)
      return `${nonce.toString('base64')}.${(await derive(value, nonce)).toString('base64')}`
    },
    async check(contract, kind, value) {
      // The attempt is on the disk before the answer is known: no crash and no crowd gains one.
      const counted = countTry(contract, kind)
      const [nonce, tag] = String(counted?.hash ?? '.')
        .split('.')
        .map((part) => Buffer.from(part, 'base64'))
      const typed = value.normalize('NFKC').trim()
      const given = await (nonce?.length === 16 ? derive(typed, nonce) : pretend(typed))
      if (!counted || !tag || tag.length !== given.length || !timingSafeEqual(tag, given)) return false
      forgive.run(contract, kind)
      return true
    },
    isLocked: (contract, kind) => Number(attempts.get(contract, kind)?.attempts ?? 0) >= mostAttempts,
  }
}

/** Lets so many run at a time and the others wait: a flood of PINs must not take the whole machine. */
function createSlots(free: number) {
  const waiting: (() => void)[] = []
  let left = free
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (left > 0) left -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else left += 1
    }
  }
}
