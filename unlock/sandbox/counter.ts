import { openBooks } from './books.ts'
import { type Form, troubles } from './contracts.ts'

/** The bank's counter for commands, beside a sandbox that may be running on the same folder. */
export interface Counter {
  /** Every contract with what is wrong with it now. */
  list(): { id: string; name: string; troubles: string[] }[]
  /** Revokes a contract's certificates; how many were good until now. */
  revoke(contract: string): number
  /** What the branch does when a form is handed in; false when there is no such contract. */
  handIn(form: Form, contract: string): Promise<boolean>
  close(): void
}

/** `code` is the bank's four digits. */
export async function openCounter(place: {
  dataDir: string
  code: string
  clock: () => Date
}): Promise<Counter> {
  const { db, contracts, certificates } = await openBooks(place)
  return {
    list: () => contracts.demo().map((one) => ({ id: one.id, name: one.name, troubles: troubles(one) })),
    revoke: certificates.revoke,
    handIn: contracts.handIn,
    close: () => db.close(),
  }
}
