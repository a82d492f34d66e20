/** Somebody who may work at the desk, as the server tells admins. */
export interface Account {
  id: string
  name: string
  shown: string
  role: Role
  disabled: boolean
  /** Has not chosen a password yet. */
  pending: boolean
  /** Comes by the identity provider. */
  sso: boolean
}

export const roles = ['agent', 'supervisor', 'admin'] as const
export type Role = (typeof roles)[number]
