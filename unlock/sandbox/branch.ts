import type { DatabaseSync } from 'node:sqlite'
import type { Certificates } from './certificates.ts'
import type { Contracts, Form } from './contracts.ts'
import { transact } from './database.ts'
import type { BankDeed, WriteDeed } from './deed.ts'

/** What the bank does at its counter, by the help page's buttons and by commands alike; all of it is written down first. */
export interface Branch {
  /** What the branch does when a form is handed in; false when there is no such contract. */
  handIn(form: Form, contract: string): Promise<boolean>
  /** Revokes a contract's certificates; how many were good until now. */
  revoke(contract: string): number
  /** Everything as on the first day. */
  reset(): Promise<void>
}

const deeds: Record<Form, BankDeed['what']> = {
  pinUnlock: 'pin.unlocked',
  cardReissue: 'card.replaced',
  certificateReissue: 'certificate.issued',
}

export function openBranch(place: {
  db: DatabaseSync
  contracts: Contracts
  certificates: Certificates
  writeDeed: WriteDeed
}): Branch {
  const { db, contracts, certificates, writeDeed } = place
  return {
    async handIn(form, contract) {
      if (contracts.name(contract) === '') return false
      writeDeed({ who: 'bank', what: deeds[form], contract })
      return contracts.handIn(form, contract)
    },
    revoke: (contract) =>
      transact(db, () => {
        const count = certificates.revoke(contract)
        if (count > 0) writeDeed({ who: 'bank', what: 'certificate.revoked', contract })
        return count
      }),
    async reset() {
      writeDeed({ who: 'bank', what: 'practice.reset' })
      await contracts.reset()
    },
  }
}
