import type { Next, Outcome } from './flow.ts'
import type { Reading } from './reading.ts'
import { checkName } from './reading.ts'
import type { Placed } from './section.ts'

/** What a link says: just where to go on, or where to go when the bank has confirmed, or when something is missing. */
export type LinkKind = 'way' | 'cleared' | 'missing'

interface Link {
  kind: LinkKind
  to: Placed
  put(id: Next): void
}

/** What the steps of one flow say about where they lead, followed once all steps are known. */
export class Links {
  readonly #links: Link[] = []

  /** An absent link (reported elsewhere, or optional) is let be. */
  add(to: Placed | undefined, put: (id: Next) => void, kind: LinkKind = 'way'): void {
    if (to) this.#links.push({ kind, to, put })
  }

  /**
   * Puts into every link the id of the step it leads to; says whether all could be followed.
   * `heads` leads from every name a writer may give to the step that it stands for;
   * of the parts of `hollow` steps, which could not be read, nothing is known.
   */
  follow(
    { heads, hollow }: { heads: Map<string, Next>; hollow: Set<string> },
    outcomes: Map<string, Outcome>,
    reading: Reading,
  ): boolean {
    let isWhole = true
    for (const link of this.#links) {
      const id = heads.get(link.to.text)
      if (id === undefined) {
        isWhole = false
        if (isPartOf(hollow, link.to.text)) continue
        checkName(reading, 'unknown-step', link.to.text, heads.keys(), link.to.place)
        continue
      }
      link.put(id)
      checkPromise(link, outcomes.get(id), reading)
    }
    return isWhole
  }
}

/** Whether `unlock/open` is a part of one of these steps. */
export function isPartOf(steps: Set<string>, name: string): boolean {
  return name.includes('/') && steps.has(name.slice(0, name.indexOf('/')))
}

/** The outcome must be able to say what its link promises, and nothing more. */
function checkPromise({ kind, to }: Link, outcome: Outcome | undefined, { report }: Reading): void {
  if (!outcome) return
  const name = to.text
  if (outcome.confirmed && kind !== 'cleared') report.add('unconfirmed-outcome', to.place, { name })
  if (kind === 'missing' && !outcome.missing) report.add('no-missing-outcome', to.place, { name })
}
