import { writePublicKey } from '../webhook.ts'
import { openBooks } from './books.ts'
import { type Form, troubles } from './contracts.ts'
import { transact } from './database.ts'
import { rotateSigning } from './keys.ts'

/** The bank's counter for commands, beside a sandbox that may be running on the same folder. */
export interface Counter {
  /** Every contract with what is wrong with it now. */
  list(): { id: string; name: string; troubles: string[] }[]
  /** Revokes a contract's certificates; how many were good until now. */
  revoke(contract: string): number
  /** What the branch does when a form is handed in; false when there is no such contract. */
  handIn(form: Form, contract: string): Promise<boolean>
  /** Makes a new key that signs webhooks; the public keys of all that sign now, the newest first. */
  rotate(): string[]
  close(): void
}

/** `code` is the bank's four digits. */
export async function openCounter(place: {
  dataDir: string
  code: string
  clock: () => Date
}): Promise<Counter> {
  const { db, keys, contracts, branch, writeDeed, close } = await openBooks({ ...place, where: 'counter' })
  return {
    list: () => contracts.demo().map((one) => ({ id: one.id, name: one.name, troubles: troubles(one) })),
    revoke: branch.revoke,
    handIn: branch.handIn,
    // In a transaction only because that is what two commands wait for each other with.
    rotate: () =>
      transact(db, () => {
        writeDeed({ who: 'bank', what: 'key.rotated' })
        rotateSigning(place.dataDir)
        return keys.signing().map(writePublicKey)
      }),
    close,
  }
}
