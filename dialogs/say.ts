import type { Activity, CardAction } from 'botbuilder-core'
import type { DialogContext } from 'botbuilder-dialogs'
import type { Command } from '../locales/index.ts'
import { offeredNow, type Scene, say, stepOf } from './scene.ts'
import { type Sheet, sheetText, stepCard } from './stepCard.ts'

/** What a button sends back: where it stood and what it means, never its text. */
export interface Pressed {
  run?: string
  step?: string
  choice?: string
  do?: string
  faq?: string
}

/** Says a sentence that expects no answer. */
export async function tell(dc: DialogContext, scene: Scene, text: string): Promise<void> {
  await dc.context.sendActivity(message(scene, text))
}

/** Says something and offers what the active dialog and the moment allow to answer. */
export async function ask(
  dc: DialogContext,
  scene: Scene,
  words: string | Sheet,
  draw = true,
): Promise<void> {
  scene.hasAsked = true
  const sheet = typeof words === 'string' ? undefined : words
  const text = sheet ? sheetText(sheet, scene.state.locale) : (words as string)
  const activity = message(scene, text)
  if (sheet && draw) activity.attachments = [stepCard(sheet, scene.state.locale, text)]
  activity.inputHint = 'expectingInput'
  activity.suggestedActions = { to: [], actions: buttons(dc, scene) }
  await dc.context.sendActivity(activity)
}

/** Says something with topics of the FAQ to press. */
export async function askWith(
  dc: DialogContext,
  scene: Scene,
  text: string,
  actions: CardAction[],
): Promise<void> {
  const activity = message(scene, text)
  activity.suggestedActions = { to: [], actions }
  await dc.context.sendActivity(activity)
}

/** A button that says `title` for the customer and means `value`. */
export function button(title: string, value: Pressed): CardAction {
  return { type: 'messageBack', title, text: title, displayText: title, value }
}

/** A button for something that can be said at any time. */
export function commandButton(scene: Scene, command: Command, place?: string): CardAction {
  const where = place ? { run: scene.state.run?.id ?? '', step: place } : {}
  return button(say(scene, `bot:command.${command}`), { ...where, do: command })
}

/** A message that says `text` and nothing else. */
export function message(scene: Scene, text: string): Partial<Activity> {
  return { type: 'message', text, speak: text, locale: scene.state.locale, textFormat: 'plain' }
}

/** Where the symptoms of a step stand. */
export function troublePlace(step: string): string {
  return `trouble_${step.replaceAll('/', '_')}`
}

/** Where the customer stands, as buttons carry it; of a list of symptoms also whose: others have some of the same. */
export function placeOf({ activeDialog }: DialogContext): string | undefined {
  const { step = '' } = activeDialog?.state.options ?? {}
  return activeDialog?.id === 'trouble' ? troublePlace(step) : activeDialog?.id
}

function buttons(dc: DialogContext, scene: Scene): CardAction[] {
  const active = placeOf(dc)
  if (!active) return []
  const { run } = scene.state
  const where = { run: run?.id ?? '', step: active }
  const actions = offeredNow(dc, scene).map(({ id, say: title }) => button(title, { ...where, choice: id }))
  const step = stepOf(scene, active)
  if (step?.kind === 'part' && step.symptoms.length > 0) actions.push(commandButton(scene, 'trouble', active))
  if (scene.canRetryLink) actions.push(commandButton(scene, 'retryLink', active))
  if (scene.canRestart) actions.push(commandButton(scene, 'restart', active))
  if (scene.stuck && (active !== 'handoff' || scene.desk?.isOpen))
    actions.push(commandButton(scene, 'person'))
  if ((step && (run?.path.length ?? 0) > 1) || active.startsWith('trouble_'))
    actions.push(commandButton(scene, 'back', active))
  if (!step && run?.outcome && active === `${run.flow}/${run.outcome}`) {
    actions.push(commandButton(scene, 'back', active), commandButton(scene, 'restart', active))
  }
  return actions
}
