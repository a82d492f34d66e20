/** One thing wrong in the content: where, what, and how to mend it, in the writer's language. */
export interface Finding {
  /** Relative to the project, e.g. `content/flows/service-suspended.yaml`. */
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** The kind of mistake, e.g. `unknown-step`. */
  rule: string
  severity: 'error' | 'warning'
  what: string
  mend: string
}
