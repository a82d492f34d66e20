/** One thing wrong in the content: where, what, and how to mend it, in the writer's language. */
export interface Finding extends Place {
  /** The kind of mistake, e.g. `unknown-step`. */
  rule: string
  severity: 'error' | 'warning'
  what: string
  mend: string
}

/** Where something stands in a writer's file. */
export interface Place {
  /** Relative to the project, e.g. `content/flows/service-suspended.yaml`. */
  file: string
  /** From 1. */
  line: number
  /** From 1, in UTF-16 units as editors count. */
  column: number
}
