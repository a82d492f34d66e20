/** Something at the bank that must be found again after a dispute: who did what to which request. */
export interface BankDeed {
  who: 'administrator' | 'bank'
  what:
    | `request.${'opened' | 'verified' | 'cleared' | 'rejected' | 'expired'}`
    | 'code.wrong'
    | `pin.${'wrong' | 'locked' | 'unlocked'}`
    | `certificate.${'refused' | 'revoked' | 'issued'}`
    | 'card.replaced'
    | 'key.rotated'
    | 'practice.reset'
  /** The request's id. */
  request?: string
  /** The contract's id. */
  contract?: string
  before?: string
  after?: string
  /** One word. */
  why?: string
}

/** Writes a deed down. Throws when it cannot: then the deed must not be done. */
export type WriteDeed = (deed: BankDeed) => void
