import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { transact } from './database.ts'

/** So many 確認用パスワード are on a card. */
export const places = 40

/** So many wrong answers in a row stop a card. */
const mostAttempts = 5

/** The お客様カード of the contracts: numbered one-time passwords, one of which each log-on asks for. */
export interface Cards {
  /** The password at a place of the card that counts now, for the picture of the card; `isSpent` once it was used. */
  face(contract: string): { password: string; isSpent: boolean }[]
  /** The place that a new log-on is asked for: any that is not spent; 1 when all are, and then nothing is right. */
  choose(contract: string): number
  /** Spends the password when it is right. False for wrong, spent, lost and locked alike. */
  check(contract: string, place: number, value: string): boolean
  isStopped(contract: string): boolean
  /** A new card: the old one's passwords are worth nothing from now on. */
  replace(contract: string): void
}

/** `key` makes the passwords; they are kept nowhere, readable or hashed: only which ones are spent. */
export function openCards(db: DatabaseSync, key: Buffer): Cards {
  const byContract = db.prepare('SELECT card, card_lost, card_attempts FROM contracts WHERE id = ?')
  const count = db.prepare(
    `UPDATE contracts SET card_attempts = card_attempts + 1
     WHERE id = ? AND card_lost = 0 AND card_attempts < ? RETURNING card`,
  )
  const forgive = db.prepare('UPDATE contracts SET card_attempts = 0 WHERE id = ?')
  const spend = db.prepare('INSERT OR IGNORE INTO spent_passwords (contract, card, place) VALUES (?, ?, ?)')
  const spent = db.prepare('SELECT place FROM spent_passwords WHERE contract = ? AND card = ?')

  function unspent(contract: string): Set<number> {
    const { card = 0 } = byContract.get(contract) ?? {}
    const left = new Set(Array.from({ length: places }, (_, n) => n + 1))
    for (const row of spent.all(contract, Number(card))) left.delete(Number(row.place))
    return left
  }

  return {
    face(contract) {
      const { card = 0 } = byContract.get(contract) ?? {}
      const left = unspent(contract)
      return Array.from({ length: places }, (_, n) => ({
        password: passwordAt(key, contract, Number(card), n + 1),
        isSpent: !left.has(n + 1),
      }))
    },
    choose(contract) {
      const left = [...unspent(contract)]
      return left[randomInt(left.length || 1)] ?? 1
    },
    check: (contract, place, value) =>
      transact(db, () => {
        // Counted and checked in one transaction: no crash and no crowd gains an attempt, or uses a password twice.
        const card = Number(count.get(contract, mostAttempts)?.card ?? 0)
        const right = Buffer.from(passwordAt(key, contract, card, place))
        const given = Buffer.from(value.normalize('NFKC').trim())
        const isRight = given.length === right.length && timingSafeEqual(given, right)
        if (card === 0 || !isRight || spend.run(contract, card, place).changes !== 1) return false
        forgive.run(contract)
        return true
      }),
    isStopped(contract) {
      const row = byContract.get(contract)
      return !row || row.card_lost === 1 || Number(row.card_attempts) >= mostAttempts
    },
    replace(contract) {
      db.prepare('UPDATE contracts SET card = card + 1, card_lost = 0, card_attempts = 0 WHERE id = ?').run(
        contract,
      )
    },
  }
}

/** Eight digits: 26 bits, of which five may be tried. */
function passwordAt(key: Buffer, contract: string, card: number, place: number): string {
  const mac = createHmac('sha256', key).update(`card ${contract} ${card} ${place}`).digest()
  return String(mac.readBigUInt64BE() % 100_000_000n).padStart(8, '0')
}
