import type { DatabaseSync } from 'node:sqlite'
import { type Audit, openAudit } from '../audit/audit.ts'
import { type Authority, openAuthority } from './authority.ts'
import { type Branch, openBranch } from './branch.ts'
import { type Cards, openCards } from './card.ts'
import { type Certificates, openCertificates } from './certificates.ts'
import { type Contracts, openContracts } from './contracts.ts'
import { openDatabase } from './database.ts'
import type { BankDeed, WriteDeed } from './deed.ts'
import { type Keys, openKeys } from './keys.ts'
import { createSecrets, type Secrets } from './secrets.ts'

/** Everything that the practised bank keeps in its folder. */
export interface Books {
  keys: Keys
  db: DatabaseSync
  /** Signs the administrators' certificates. */
  authority: Authority
  certificates: Certificates
  cards: Cards
  secrets: Secrets
  contracts: Contracts
  branch: Branch
  /** Writes a deed down, here and for whoever else wants to hear of it. */
  writeDeed: (deed: BankDeed) => void
  close(): void
}

/** Opens the books, or begins them; several processes may have them open. Throws in production. */
export async function openBooks(place: {
  dataDir: string
  code: string
  clock: () => Date
  /** Where a deed is done: one word for the audit log. */
  where: 'sandbox' | 'counter'
  writeDeed?: WriteDeed
  onError?: (error: unknown) => void
}): Promise<Books> {
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'The unlock sandbox does not run with NODE_ENV=production; set UNLOCK_API_URL to the real unlock API',
    )
  }
  const { dataDir, code, clock } = place
  const keys = openKeys(dataDir)
  const db = openDatabase(dataDir)
  const authority = await openAuthority({ dataDir, signing: 'clients', now: clock() })
  const certificates = openCertificates({ db, authority, code, key: keys.forms, clock })
  const cards = openCards(db, keys.pepper)
  const secrets = createSecrets(db, keys.pepper)
  const contracts = await openContracts({ db, secrets, certificates, cards, clock })
  const { where, onError } = place
  const audit: Audit = openAudit({ dir: dataDir, keys, clock, ...(onError && { onError }) })
  const writeDeed = (deed: BankDeed) => {
    audit.write({ ...deed, where })
    place.writeDeed?.(deed)
  }
  const branch = openBranch({ db, contracts, certificates, writeDeed })
  return {
    ...{ keys, db, authority, certificates, cards, secrets, contracts, branch, writeDeed },
    close() {
      db.close()
      audit.close()
    },
  }
}
