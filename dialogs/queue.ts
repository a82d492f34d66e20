import type { DialogContext } from 'botbuilder-dialogs'
import { askToWait, STOP_WAITING, stopOffer } from './handoffDialog.ts'
import { resume } from './interruptions.ts'
import { askToRate, pressedRating, thank } from './ratingDialog.ts'
import { type Pressed, tell } from './say.ts'
import { flowOf, type Scene, say } from './scene.ts'
import { understand } from './understand.ts'

/**
 * What the bot does with a customer who waits for a person. The words are kept for the person: the first are answered
 * with the place in the queue, and after that only a button or a change of language is. Gives whether the turn goes on
 * as usual: for news, and for whoever does not want to wait any more (`leavesQueue`).
 */
export async function goesOn(dc: DialogContext, scene: Scene): Promise<boolean> {
  const { type, name, value, text = '', channelData } = dc.context.activity
  scene.trace.event = 'queue'
  if (type === 'event' && name === 'setLocale') return speak(dc, scene, value === 'en' ? 'en' : 'ja')
  if (type !== 'message') return true
  const pressed = (value ?? undefined) as Pressed | undefined
  const lexicon = scene.world.lexicons[scene.state.locale]
  const understood = understand(text, [stopOffer(scene)], lexicon, true)
  const rating = pressedRating(pressed)
  if (rating !== undefined) await thank(dc, scene, rating)
  scene.leavesQueue = pressed ? pressed.do === STOP_WAITING : understood.kind === 'choice'
  if (scene.leavesQueue) return true
  if (understood.kind === 'command' && understood.command === 'english') return speak(dc, scene, 'en')
  if (understood.kind === 'command' && understood.command === 'japanese') return speak(dc, scene, 'ja')
  if (channelData?.masked) await tell(dc, scene, say(scene, 'bot:secret.warning'))
  if (!scene.state.hasBeenAskedToWait || pressed || channelData?.masked)
    await askToWait(dc, scene, 'bot:handoff.waiting')
  return false
}

async function speak(dc: DialogContext, scene: Scene, locale: 'ja' | 'en'): Promise<false> {
  scene.state.locale = locale
  await tell(dc, scene, say(scene, 'bot:language.changed'))
  await askToWait(dc, scene, 'bot:handoff.waiting')
  return false
}

/** The customer does not want to wait any more: what is open is asked again. */
export async function leaveQueue(dc: DialogContext, scene: Scene): Promise<void> {
  scene.trace.event = 'handoff.cancelled'
  await tell(dc, scene, say(scene, 'bot:handoff.cancelled'))
  await resume(dc, scene)
}

/**
 * The desk has done something that the bot must tell of. Nothing is said when the conversation has changed hands again
 * meanwhile. `tellHeld` tells what happened while a person had it, and whether the customer was asked something then.
 */
export async function hearOfDesk(
  dc: DialogContext,
  scene: Scene,
  tellHeld: () => Promise<boolean>,
): Promise<void> {
  const { name, value } = dc.context.activity
  scene.trace.event = String(name)
  if (name === 'desk.released' && scene.owner === 'queue') {
    await askToWait(dc, scene, 'bot:handoff.requeued')
    return
  }
  if (name === 'desk.closed' && scene.owner === 'closed') {
    await tell(dc, scene, say(scene, 'bot:handoff.closed'))
    // What the bank has said comes with buttons of its own, and matters more.
    if (!(await tellHeld())) await askToRate(dc, scene)
    return
  }
  if (scene.owner !== 'bot' || (name !== 'desk.returned' && name !== 'desk.expired')) return
  const why = value.why === 'hours' ? 'hours' : 'late'
  await tell(dc, scene, say(scene, name === 'desk.returned' ? 'bot:handoff.returned' : `bot:handoff.${why}`))
  if (await tellHeld()) return
  const flow = flowOf(scene)
  const step = flow?.steps.get(value.step ?? '')
  if (!flow || !step) return resume(dc, scene)
  await dc.cancelAllDialogs()
  await dc.beginDialog(`${flow.id}/${step.id}`)
}
