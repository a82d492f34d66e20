import { openAccounts } from './accounts.ts'
import type { Me, OpenScreen } from './api.ts'
import { openChats } from './chats.ts'
import { openNumbers } from './numbers.ts'
import { openPhone } from './phone.ts'

/** One screen of the desk: the name is its address (`#/phone`) and its word (`shell.phone`). */
export interface ScreenEntry {
  name: string
  open: OpenScreen
  /** Whom it is shown to; everyone when absent. The server asks again. */
  role?: Me['role']
}

/** The screens in the order of the navigation; the first is where the desk opens. */
export const screens: readonly ScreenEntry[] = [
  { name: 'phone', open: openPhone },
  { name: 'chats', open: openChats },
  { name: 'numbers', open: openNumbers, role: 'supervisor' },
  { name: 'accounts', open: openAccounts },
]
