import type { Activity } from 'botbuilder-core'
import type { State } from '../dialogs/index.ts'
import { buttons, type Mind } from '../test/support/mind.ts'

/** One press of a walk through the guide. */
export interface Press {
  text: string
  /** What the button means; its `run` belongs to the first walk of a conversation. */
  value: Record<string, string>
  /** The dialog that asks next: proof that the turn was the one we meant. */
  leadsTo: string
}

const flow = 'service-suspended'

/** All the way through the steps at the bank, with its unlock request: the road that most customers go. */
export const throughTheBank = [
  ['user', 'all', 'known'],
  ['done', 'done', 'done', 'done', 'done', 'done'],
  ['check-again', 'seen'],
].flat()

/** To where the guide ends: each kind of step, and no call to the outside, which would measure the sandbox. */
export const withoutTheBank = ['user', 'each', 'have', 'have', 'have', 'unknown', 'done', 'done', 'done']

/** Walks once and writes down what was pressed. Throws when the guide no longer offers one of the choices. */
export async function recordWalk(mind: Mind, choices: readonly string[]): Promise<Press[]> {
  const entry = [...mind.content.faq.values()].find(({ starts }) => starts?.flow === flow)
  if (!entry) throw new Error(`No FAQ entry starts "${flow}"; name another flow in bench/walk.ts`)
  const walk: Press[] = []
  let state: State | undefined
  let press: Pick<Press, 'text' | 'value'> = { text: entry.id, value: { faq: entry.id } }
  for (const choice of [...choices, undefined]) {
    const reply = await mind.hear(state, pressed(press, 1))
    const leadsTo = buttons(reply).find(({ value }) => value.step)?.value.step ?? ''
    walk.push({ ...press, leadsTo })
    state = reply.state
    if (choice === undefined) break
    const button = buttons(reply).find(({ value }) => value.choice === choice)
    if (!button) throw new Error(`"${leadsTo}" offers no "${choice}"; mend the walk in bench/walk.ts`)
    press = { text: button.title, value: button.value }
  }
  return walk
}

/** A press as a channel sends it, in the conversation's first, second, … walk. */
export function pressed({ text, value }: Pick<Press, 'text' | 'value'>, walk: number): Partial<Activity> {
  const ours = value.run === undefined ? value : { ...value, run: String(walk) }
  return { type: 'message', text, locale: 'ja', value: ours }
}
