import { readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { parse } from 'yaml'
import { z } from 'zod'
import { transact } from './database.ts'
import type { Secrets } from './secrets.ts'

/** One entry of the practised certificate chooser. */
export interface Certificate {
  id: number
  /** The owner's 契約者ID followed by the bank's code. */
  name: string
  from: Date
  to: Date
  /** Why nobody gets in with it. */
  problem?: 'expired' | 'stranger'
  contract: string
}

/** One row of 「利用者情報選択」. */
export interface User {
  id: string
  name: string
  /** ○ (利用中止) or — (正常). */
  isSuspended: boolean
}

/** What a person needs to walk through the sandbox. */
export type DemoContract = z.infer<typeof seeds>['contracts'][number]

/** The contracts of the practised bank, their users and their certificates. */
export interface Contracts {
  demo: DemoContract[]
  certificates(): Certificate[]
  users(contract: string): User[]
  /** Lifts a suspension; false when the user was not suspended. */
  release(contract: string, user: string): boolean
  /** Everything as on the first day: users suspended, PINs unlocked, certificates renewed. */
  reset(): Promise<void>
}

const digits = z.string().regex(/^\d+$/)
const seeds = z.strictObject({
  contracts: z.array(
    z.strictObject({
      id: digits,
      name: z.string(),
      secrets: z.strictObject({ pin: digits, confirmPin: digits, cardPassword: digits }),
      users: z.array(z.strictObject({ id: z.string(), name: z.string(), suspended: z.boolean() })),
    }),
  ),
  certificates: z.array(z.strictObject({ owner: digits, from: z.number(), to: z.number() })),
})
const day = 24 * 60 * 60 * 1000

/** Opens the contracts, seeding them from `contracts.yaml` the first time. */
export async function openContracts(place: {
  db: DatabaseSync
  secrets: Secrets
  code: string
  clock: () => Date
}): Promise<Contracts> {
  const { db, code, clock } = place
  const seed = seeds.parse(parse(readFileSync(new URL('./contracts.yaml', import.meta.url), 'utf8')))
  const known = new Set(seed.contracts.map((contract) => contract.id))
  const contracts: Contracts = {
    demo: seed.contracts,
    certificates() {
      const rows = db.prepare('SELECT id, owner, valid_from, valid_to FROM certificates ORDER BY id').all()
      return rows.map((row) => {
        const owner = String(row.owner)
        const [from, to] = [new Date(String(row.valid_from)), new Date(String(row.valid_to))]
        const isCurrent = from <= clock() && clock() < to
        const problem = !known.has(owner) ? 'stranger' : isCurrent ? undefined : 'expired'
        return {
          id: Number(row.id),
          name: owner + code,
          from,
          to,
          contract: owner,
          ...(problem && { problem }),
        }
      })
    },
    users(contract) {
      const rows = db
        .prepare('SELECT id, name, suspended FROM users WHERE contract = ? ORDER BY id')
        .all(contract)
      return rows.map((row) => ({
        id: String(row.id),
        name: String(row.name),
        isSuspended: row.suspended === 1,
      }))
    },
    release(contract, user) {
      const lift = db.prepare(
        'UPDATE users SET suspended = 0 WHERE contract = ? AND id = ? AND suspended = 1',
      )
      return lift.run(contract, user).changes === 1
    },
    async reset() {
      const hashes = await hashAll(seed.contracts, place.secrets)
      transact(db, () => plant(db, seed, hashes, clock()))
    },
  }
  if (!db.prepare('SELECT 1 FROM contracts').get()) await contracts.reset()
  return contracts
}

async function hashAll(contracts: DemoContract[], secrets: Secrets) {
  const all = contracts.flatMap(({ id, secrets: values }) =>
    Object.entries(values).map(async ([kind, value]) => ({
      contract: id,
      kind,
      hash: await secrets.hash(value),
    })),
  )
  return Promise.all(all)
}

function plant(
  db: DatabaseSync,
  seed: z.infer<typeof seeds>,
  hashes: { contract: string; kind: string; hash: string }[],
  now: Date,
): void {
  db.exec('DELETE FROM users; DELETE FROM secrets; DELETE FROM certificates; DELETE FROM contracts')
  const contract = db.prepare('INSERT INTO contracts (id, name) VALUES (?, ?)')
  const user = db.prepare('INSERT INTO users (contract, id, name, suspended) VALUES (?, ?, ?, ?)')
  const secret = db.prepare('INSERT INTO secrets (contract, kind, hash) VALUES (?, ?, ?)')
  const certificate = db.prepare('INSERT INTO certificates (owner, valid_from, valid_to) VALUES (?, ?, ?)')
  const inDays = (days: number) => new Date(now.getTime() + days * day).toISOString()
  for (const { id, name, users } of seed.contracts) {
    contract.run(id, name)
    for (const one of users) user.run(id, one.id, one.name, one.suspended ? 1 : 0)
  }
  for (const one of hashes) secret.run(one.contract, one.kind, one.hash)
  for (const one of seed.certificates) certificate.run(one.owner, inDays(one.from), inDays(one.to))
}
