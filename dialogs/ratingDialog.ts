import type { Activity } from 'botbuilder-core'
import type { DialogContext } from 'botbuilder-dialogs'
import { normalise } from '../content/index.ts'
import { type Count, count } from './counts.ts'
import { askWith, button, type Pressed, tell } from './say.ts'
import { type Scene, say } from './scene.ts'
import type { State } from './state.ts'

/** What the buttons mean by which a customer says how the agent was. */
export const RATE = 'rate'

/** Best first, as they stand on the buttons; in words, as nobody knows whether 1 is good or bad. */
const ratings = ['5', '4', '3', '2', '1']
const skip = 'skip'

/** Asks how the agent was. No dialog is begun, so that nothing lies between the customer and whatever comes next. */
export async function askToRate(dc: DialogContext, scene: Scene): Promise<void> {
  scene.state.toRate = 'now'
  count(scene, 'asked', place)
  const buttons = [...ratings, skip].map((choice) =>
    button(say(scene, `bot:rating.${choice}`), { do: RATE, choice }),
  )
  await askWith(dc, scene, say(scene, 'bot:rating.ask'), buttons)
}

/**
 * Takes a rating, pressed at any time or written directly after it was asked for. Gives whether the message was one:
 * anything else goes its usual way.
 */
export async function hearRating(dc: DialogContext, scene: Scene): Promise<boolean> {
  const { text = '', value } = dc.context.activity
  const { toRate } = scene.state
  if (toRate === 'now') scene.state.toRate = 'later'
  const isWritten = toRate === 'now' && !value
  const given = isWritten ? named(scene, text) : pressedRating(value)
  if (given === undefined) return false
  await thank(dc, scene, given)
  return true
}

/** Takes a rating that was pressed, and thanks for it. */
export async function thank(dc: DialogContext, scene: Scene, given: string): Promise<void> {
  scene.trace.event = 'rating'
  const rating = ratingOf(given)
  if (rating && scene.state.toRate) {
    scene.rating = rating
    count(scene, 'rated', { ...place, detail: given })
  }
  delete scene.state.toRate
  await tell(dc, scene, say(scene, rating ? 'bot:rating.thanks' : 'bot:rating.skipped'))
}

/** Which rating a button means; undefined when it means something else. */
export function pressedRating(value: unknown): string | undefined {
  const pressed = (value ?? {}) as Pressed
  return pressed.do === RATE ? (pressed.choice ?? skip) : undefined
}

/** A rating that is pressed while another person has the conversation: counted, and nobody is told. */
export function ratedSilently(
  before: unknown,
  { value }: Partial<Activity>,
): { state: State; rating?: number; counts: Count[] } | undefined {
  const given = pressedRating(value)
  const state = before as State | null | undefined
  if (given === undefined || !state?.toRate) return undefined
  const { toRate: _, ...rest } = state
  const rating = ratingOf(given)
  if (!rating) return { state: rest, counts: [] }
  return { state: rest, rating, counts: [{ ...place, what: 'rated', detail: given }] }
}

const place = { flow: '', step: 'handoff' }

function ratingOf(given: string): number | undefined {
  return ratings.includes(given) ? Number(given) : undefined
}

function named(scene: Scene, text: string): string | undefined {
  return [...ratings, skip].find(
    (choice) => normalise(say(scene, `bot:rating.${choice}`)) === normalise(text),
  )
}
