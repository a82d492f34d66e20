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

/** The real one. */
export const slowly: Derive = (message, nonce, pepper) =>
  argon2id('argon2id', { ...cost, message, nonce, secret: pepper })

/** One answer that is waited for. */
interface Asked {
  contract: string
  kind: SecretKind
  value: string
  answer(isRight: boolean): void
  fail(error: unknown): void
}

/**
 * `pepper` goes into every hash and is kept apart from them. Whoever waits is taken together: their attempts are counted in one
 * write to the disk, then one hash is made at a time, and all who are wrong without one (locked, unknown) share one. So a
 * flood keeps nobody waiting, and no answer comes more quickly than another.
 */
export function createSecrets(db: DatabaseSync, pepper: Buffer, by: Derive = slowly): Secrets {
  const count = db.prepare(
    'UPDATE secrets SET attempts = attempts + 1 WHERE contract = ? AND kind = ? AND attempts < ? RETURNING hash',
  )
  const forgive = db.prepare('UPDATE secrets SET attempts = 0 WHERE contract = ? AND kind = ?')
  const attempts = db.prepare('SELECT attempts FROM secrets WHERE contract = ? AND kind = ?')
  const tried = db.prepare('UPDATE tries SET number = number + ?')
  let waiting: Asked[] = []
  let isWorking = false

  /** The attempts are on the disk before any answer is known: no crash and no crowd gains one. */
  const countAll = (all: readonly Asked[]) =>
    transact(db, () => {
      // Also when there is no such contract: the time taken must not tell.
      tried.run(all.length)
      return all.map((asked) => ({ asked, hash: count.get(asked.contract, asked.kind, mostAttempts)?.hash }))
    })

  async function isRight({ asked, hash }: { asked: Asked; hash: unknown }): Promise<boolean> {
    const [nonce, tag] = String(hash)
      .split('.')
      .map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer]
    const given = await by(asked.value, nonce, pepper)
    if (tag.length !== given.length || !timingSafeEqual(tag, given)) return false
    forgive.run(asked.contract, asked.kind)
    return true
  }

  async function take(all: readonly Asked[]): Promise<void> {
    const counted = countAll(all)
    const right = new Set<Asked>()
    for (const one of counted) if (one.hash && (await isRight(one))) right.add(one.asked)
    if (counted.some(({ hash }) => !hash)) await by(all[0]?.value ?? '', randomBytes(16), pepper)
    for (const asked of all) asked.answer(right.has(asked))
  }

  async function work(): Promise<void> {
    if (isWorking) return
    isWorking = true
    // Whoever comes in the same moment is taken along.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const all = waiting
      waiting = []
      await take(all).catch((error) => {
        for (const { fail } of all) fail(error)
      })
    }
    isWorking = false
  }

  return {
    async hash(value) {
      const nonce = randomBytes(16)
      return `${nonce.toString('base64')}.${(await by(value, nonce, pepper)).toString('base64')}`
    },
    check: (contract, kind, value) =>
      new Promise((answer, fail) => {
        waiting.push({ contract, kind, value: value.normalize('NFKC').trim(), answer, fail })
        void work()
      }),
    isLocked: (contract, kind) => Number(attempts.get(contract, kind)?.attempts ?? 0) >= mostAttempts,
  }
}
