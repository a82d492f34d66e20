import {
  Dialog,
  type DialogContext,
  type DialogSet,
  type DialogTurnResult,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import type { FaqEntry } from '../content/index.ts'
import { startFlow } from './flowDialog.ts'
import { HANDOFF } from './handoffDialog.ts'
import { ask, askWith, button, commandButton, tell } from './say.ts'
import { type Options, type Place, type Scene, say, sceneOf, stepOf } from './scene.ts'
import { sheetText, stepCard } from './stepCard.ts'

/** The dialog that asks whether an answer helped; begun with `{ id }`. */
const HELPED = 'faq'
/** The dialog that asks which question was meant; begun with `{ ids }`. */
const SUGGEST = 'suggest'

const SURE = 0.62
const PERHAPS = 0.34
/** An answer this good needs no lead over the next one. */
const CERTAIN = 0.95
const LEAD = 0.08

/** Adds the dialogs around the FAQ. */
export function addFaq(dialogs: DialogSet, places: Map<string, Place>): void {
  dialogs.add(new WaterfallDialog(HELPED, [askHelped, followHelped]))
  places.set(HELPED, {
    offer: (scene) => ['yes', 'no'].map((id) => ({ id, say: say(scene, `bot:faq.${id}`), phrases: [] })),
  })
  dialogs.add(new WaterfallDialog(SUGGEST, [askSuggest, followSuggest]))
  places.set(SUGGEST, { offer: (scene, options) => offerQuestions(scene, options.ids as string[]) })
}

/**
 * Answers a free question: with the answer, with up to three questions to choose from, or honestly with nothing.
 * Gives false when nothing was said, so that the step can ask again in its own way.
 */
export async function answerQuestion(dc: DialogContext, scene: Scene, text: string): Promise<boolean> {
  const found = scene.world.search(text, scene.state.locale)
  const [best, second] = found
  if (best && isSure(best.score, second?.score)) {
    await answerEntry(dc, scene, best.id)
    return true
  }
  if (stepOf(scene, dc.stack[0]?.id)) return false
  const perhaps = found.filter(({ score }) => score >= PERHAPS).slice(0, 3)
  await dc.cancelAllDialogs()
  if (perhaps.length > 0) await dc.beginDialog(SUGGEST, { ids: perhaps.map(({ id }) => id) })
  else
    await askWith(dc, scene, say(scene, 'bot:miss.nothing'), [
      ...topics(scene),
      commandButton(scene, 'person'),
    ])
  scene.trace = { ...scene.trace, event: perhaps.length > 0 ? 'faq.suggested' : 'faq.nothing' }
  return true
}

function isSure(best: number, second = 0): boolean {
  return best >= CERTAIN || (best >= SURE && best - second >= LEAD)
}

/** Gives an answer; in the middle of a flow the step comes back at once, elsewhere it asks whether that helped. */
export async function answerEntry(dc: DialogContext, scene: Scene, id: string): Promise<void> {
  const entry = scene.world.content.faq.get(id)
  if (!entry) return
  scene.trace = { ...scene.trace, event: 'faq.answered', faq: id }
  await tellAnswer(dc, scene, entry)
  const flow = entry.starts && scene.world.content.flows.get(entry.starts.flow)
  if (stepOf(scene, dc.stack[0]?.id)) {
    await tell(dc, scene, say(scene, 'bot:faq.resume'))
    await repeat(dc)
  } else if (flow) {
    await startFlow(dc, scene, flow, entry.starts?.given)
  } else {
    await dc.cancelAllDialogs()
    await dc.beginDialog(entry.person ? HANDOFF : HELPED, { id })
  }
}

/** The questions of the greeting as buttons. */
export function topics(scene: Scene) {
  const featured = [...scene.world.content.faq.values()].filter((entry) => entry.featured)
  // What most people come for, and what the guide can do most about, stands first.
  featured.sort((a, b) => Number(b.starts !== undefined) - Number(a.starts !== undefined))
  return featured.map((entry) => button(label(scene, entry), { faq: entry.id }))
}

/** Asks again what the active dialog asks. */
export async function repeat(dc: DialogContext): Promise<void> {
  const active = dc.activeDialog
  if (active) await dc.replaceDialog(active.id, active.state.options)
}

async function tellAnswer(dc: DialogContext, scene: Scene, entry: FaqEntry): Promise<void> {
  const answer = say(scene, entry.answer)
  if (!entry.image) return tell(dc, scene, answer)
  const image = { url: scene.world.links.picture(entry.image.file), alt: say(scene, entry.image.alt) }
  const sheet = { kind: 'question', paragraphs: [answer], image } as const
  const card = stepCard({ ...sheet, paragraphs: [answer] }, scene.state.locale)
  const text = sheetText({ ...sheet, paragraphs: [answer] })
  await dc.context.sendActivity({
    type: 'message',
    text,
    speak: text,
    locale: scene.state.locale,
    attachments: [card],
  })
}

async function askHelped(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  await ask(turn, scene, say(scene, 'bot:faq.helped'))
  return Dialog.EndOfTurn
}

async function followHelped(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  const helped = scene.choice === 'yes'
  scene.trace = { event: helped ? 'faq.helped' : 'faq.unhelpful', faq: String((turn.options as Options).id) }
  const words = say(scene, helped ? 'bot:faq.glad' : 'bot:faq.sorry')
  await askWith(turn, scene, words, helped ? [] : [...topics(scene), commandButton(scene, 'person')])
  return turn.endDialog()
}

function offerQuestions(scene: Scene, ids: string[]) {
  const entries = ids.flatMap((id) => scene.world.content.faq.get(id) ?? [])
  const none = { id: 'none', say: say(scene, 'bot:faq.none'), phrases: [] }
  return [...entries.map((entry) => ({ id: entry.id, say: label(scene, entry), phrases: [] })), none]
}

async function askSuggest(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  await ask(turn, scene, say(scene, 'bot:faq.suggest'))
  return Dialog.EndOfTurn
}

async function followSuggest(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  const chosen = scene.choice as string
  if (scene.world.content.faq.has(chosen)) {
    await answerEntry(turn, scene, chosen)
    return Dialog.EndOfTurn
  }
  await askWith(turn, scene, say(scene, 'bot:miss.nothing'), [
    ...topics(scene),
    commandButton(scene, 'person'),
  ])
  return turn.endDialog()
}

function label(scene: Scene, entry: FaqEntry): string {
  return say(scene, entry.label ?? entry.question)
}
