import type { Next } from './flow.ts'
import type { Reading } from './reading.ts'
import { checkName } from './reading.ts'
import type { Placed } from './section.ts'

/** What the steps of one flow say about where they lead, followed once all steps are known. */
export interface Links {
  /** An absent link (reported elsewhere, or optional) is let be. */
  add(to: Placed | undefined, put: (id: Next) => void): void
  /** `heads` leads from every name a writer may give to the step that it stands for. */
  follow(heads: Map<string, Next>, reading: Reading): void
}

export function createLinks(): Links {
  const links: { to: Placed; put: (id: Next) => void }[] = []
  return {
    add(to, put) {
      if (to) links.push({ to, put })
    },
    follow(heads, reading) {
      for (const { to, put } of links) {
        const id = heads.get(to.text)
        if (id === undefined) checkName(reading, 'unknown-step', to.text, heads.keys(), to.place)
        else put(id)
      }
    },
  }
}
