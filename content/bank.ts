import type { FormKey } from './flow.ts'

/** What differs from bank to bank; everything else is shared. */
export interface BankProfile {
  id: string
  name: string
  /** The internet banking service's name. */
  service: string
  /** The bank's own four digits, the end of every certificate's name. */
  code: string
  /** The forms' names exactly as printed. */
  forms: Record<FormKey, string>
}
