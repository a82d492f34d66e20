/** Who may do what at the desk: each role may do what the ones before it may. */
export const roles = ['agent', 'supervisor', 'admin'] as const
export type Role = (typeof roles)[number]

/** Whether somebody of the role `has` may do what needs the role `needed`. */
export function mayAct(has: Role, needed: Role): boolean {
  return roles.indexOf(has) >= roles.indexOf(needed)
}

/** The role of this name; undefined when there is none. */
export function readRole(name: unknown): Role | undefined {
  return roles.find((role) => role === name)
}
