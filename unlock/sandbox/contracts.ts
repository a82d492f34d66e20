import { readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Cards } from './card.ts'
import type { Certificates, Issued } from './certificates.ts'
import { transact } from './database.ts'
import type { Secrets } from './secrets.ts'
import { mostAttempts } from './secrets.ts'

/** One row of 「利用者情報選択」. */
export interface User {
  id: string
  name: string
  /** ○ (利用中止) or — (正常). */
  isSuspended: boolean
}

/** What a person needs to walk through the sandbox with one contract. */
export interface DemoContract extends Omit<Seed, 'certificate'> {
  certificate: Issued & { password: string; isCurrent: boolean }
  card: { password: string; isSpent: boolean }[]
  isCardStopped: boolean
  arePinsLocked: boolean
  suspended: User[]
}

/** What is wrong with a contract now. */
export type Trouble = 'expired' | 'revoked' | 'pinsLocked' | 'cardStopped'

/** The paper forms that a branch takes. */
export const forms = ['pinUnlock', 'cardReissue', 'certificateReissue'] as const
export type Form = (typeof forms)[number]

/** The contracts of the practised bank with their users. */
export interface Contracts {
  /** All contracts as they stand now. */
  demo(): DemoContract[]
  name(contract: string): string
  users(contract: string): User[]
  /** Lifts a suspension; false when the user was not suspended. */
  release(contract: string, user: string): boolean
  /** What the branch does when a form is handed in, without the days it takes; false when there is no such contract. */
  handIn(form: Form, contract: string): Promise<boolean>
  /** Everything as on the first day; certificates that are as they were on that day stay, so that nobody must import another. */
  reset(): Promise<void>
}

type Seed = z.infer<typeof seeds>['contracts'][number]
type Hashes = { contract: string; kind: string; hash: string }[]

const digits = z.string().regex(/^\d+$/)
const seeds = z.strictObject({
  contracts: z.array(
    z.strictObject({
      id: digits,
      name: z.string(),
      secrets: z.strictObject({ pin: digits, confirmPin: digits }),
      certificate: z.strictObject({ from: z.number(), to: z.number() }),
      trouble: z.enum(['pins-locked', 'card-lost']).optional(),
      users: z.array(z.strictObject({ id: z.string(), name: z.string(), suspended: z.boolean() })),
    }),
  ),
})
const day = 24 * 60 * 60 * 1000
const year = 365

/** What stands in the way of a log-on; empty for a healthy contract. */
export function troubles({ certificate, arePinsLocked, isCardStopped }: DemoContract): Trouble[] {
  const all = [
    certificate.isRevoked && 'revoked',
    !certificate.isRevoked && !certificate.isCurrent && 'expired',
    arePinsLocked && 'pinsLocked',
    isCardStopped && 'cardStopped',
  ] as const
  return all.filter((one) => one !== false)
}

/** Opens the contracts, seeding them from `contracts.yaml` the first time. */
export async function openContracts(place: {
  db: DatabaseSync
  secrets: Secrets
  certificates: Certificates
  cards: Cards
  clock: () => Date
}): Promise<Contracts> {
  const { db, certificates, cards, clock } = place
  const file = new URL('./contracts.yaml', import.meta.url)
  const { contracts: seed } = seeds.parse(parse(readFileSync(file, 'utf8')))
  const known = db.prepare('SELECT name FROM contracts WHERE id = ?')
  const userRows = db.prepare('SELECT id, name, suspended FROM users WHERE contract = ? ORDER BY id')
  const lift = db.prepare('UPDATE users SET suspended = 0 WHERE contract = ? AND id = ? AND suspended = 1')
  const locked = db.prepare('SELECT 1 FROM secrets WHERE contract = ? AND attempts >= ?')
  const unlock = db.prepare('UPDATE secrets SET attempts = 0 WHERE contract = ?')
  const inDays = (days: number) => new Date(clock().getTime() + days * day)

  const users = (contract: string): User[] =>
    userRows.all(contract).map(({ id, name, suspended }) => ({
      id: String(id),
      name: String(name),
      isSuspended: suspended === 1,
    }))

  /** The latest certificate is gone when the seed has changed, or was never issued. */
  function show(one: Seed): DemoContract {
    const latest = certificates.latest(one.id)
    if (!latest) throw new Error(`Contract ${one.id} has no certificate; move the sandbox's data away`)
    const isCurrent = !latest.isRevoked && latest.from <= clock() && clock() < latest.to
    return {
      ...one,
      certificate: { ...latest, password: certificates.password(latest.fingerprint), isCurrent },
      card: cards.face(one.id),
      isCardStopped: cards.isStopped(one.id),
      arePinsLocked: locked.get(one.id, mostAttempts) !== undefined,
      suspended: users(one.id).filter(({ isSuspended }) => isSuspended),
    }
  }

  async function issueAsSeeded(one: Seed): Promise<void> {
    const latest = certificates.latest(one.id)
    const wasCurrent = one.certificate.to > 0
    const isAsSeeded = latest && !latest.isRevoked && wasCurrent === latest.to > clock()
    if (isAsSeeded) return
    await certificates.issue(one.id, inDays(one.certificate.from), inDays(one.certificate.to))
  }

  const contracts: Contracts = {
    demo: () => seed.map(show),
    name: (contract) => String(known.get(contract)?.name ?? ''),
    users,
    release: (contract, user) => lift.run(contract, user).changes === 1,
    async handIn(form, contract) {
      if (!known.get(contract)) return false
      if (form === 'pinUnlock') unlock.run(contract)
      if (form === 'cardReissue') cards.replace(contract)
      if (form === 'certificateReissue') await certificates.issue(contract, inDays(0), inDays(year))
      return true
    },
    async reset() {
      const hashes = await hashAll(seed, place.secrets)
      transact(db, () => plant(db, seed, hashes))
      for (const one of seed) await issueAsSeeded(one)
    },
  }
  if (!seed.every(({ id }) => certificates.latest(id))) await contracts.reset()
  return contracts
}

async function hashAll(seed: Seed[], secrets: Secrets): Promise<Hashes> {
  const all = seed.flatMap(({ id, secrets: values }) =>
    Object.entries(values).map(async ([kind, value]) => ({
      contract: id,
      kind,
      hash: await secrets.hash(value),
    })),
  )
  return Promise.all(all)
}

function plant(db: DatabaseSync, seed: Seed[], hashes: Hashes): void {
  db.exec('DELETE FROM users; DELETE FROM secrets')
  const contract = db.prepare(
    `INSERT INTO contracts (id, name, card, card_lost) VALUES (?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET name = excluded.name, card = card + 1, card_lost = excluded.card_lost, card_attempts = 0`,
  )
  const user = db.prepare('INSERT INTO users (contract, id, name, suspended) VALUES (?, ?, ?, ?)')
  const secret = db.prepare('INSERT INTO secrets (contract, kind, hash, attempts) VALUES (?, ?, ?, ?)')
  const first = new Map(seed.map(({ id, trouble }) => [id, trouble]))
  for (const { id, name, users, trouble } of seed) {
    contract.run(id, name, trouble === 'card-lost' ? 1 : 0)
    for (const one of users) user.run(id, one.id, one.name, one.suspended ? 1 : 0)
  }
  for (const one of hashes) {
    const isLocked = first.get(one.contract) === 'pins-locked'
    secret.run(one.contract, one.kind, one.hash, isLocked ? mostAttempts : 0)
  }
}
