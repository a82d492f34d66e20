import {
  Dialog,
  type DialogContext,
  type DialogSet,
  type DialogTurnResult,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import type { FaqEntry } from '../content/index.ts'
import { count } from './counts.ts'
import { startFlow } from './flowDialog.ts'
import { HANDOFF, handOver } from './handoffDialog.ts'
import { ask, askWith, button, commandButton, message, tell } from './say.ts'
import { type Offered, type Options, PHONE, type Place, type Scene, say, sceneOf, stepOf } from './scene.ts'
import { stepCard } from './stepCard.ts'

/** The dialog that asks whether an answer helped; begun with `{ id }`. */
const HELPED = 'faq'
/** The dialog that asks which question was meant; begun with `{ ids }`. */
const SUGGEST = 'suggest'

/** How likely an answer must be to be given at once; in the middle of a flow more is at stake. */
const SURE = 0.66
const SURE_AT_A_STEP = 0.72
/** How likely a question must be to be offered. */
const PERHAPS = 0.2

/** Adds the dialogs around the FAQ. */
export function addFaq(dialogs: DialogSet, places: Map<string, Place>): void {
  dialogs.add(new WaterfallDialog(HELPED, [askHelped, followHelped]))
  places.set(HELPED, {
    offer: offerHelped,
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
  const [best] = found
  const isAtStep = stepOf(scene, dc.stack[0]?.id) !== undefined
  const { locale } = scene.state
  if (best && best.score >= (isAtStep ? SURE_AT_A_STEP : SURE)) {
    if (!scene.world.content.faq.get(best.id)?.smalltalk) scene.question = { text, locale }
    await answerEntry(dc, scene, best.id)
    return true
  }
  if (isAtStep) {
    scene.question = { text, locale, kind: 'nothing' }
    return false
  }
  const { faq } = scene.world.content
  const perhaps = found.filter(({ id, score }) => score >= PERHAPS && !faq.get(id)?.smalltalk).slice(0, 3)
  scene.question = perhaps.length > 0 ? { text, locale } : { text, locale, kind: 'nothing' }
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

/** Gives an answer; in the middle of a flow the step comes back, elsewhere it asks whether that helped. */
export async function answerEntry(dc: DialogContext, scene: Scene, id: string): Promise<void> {
  const entry = scene.world.content.faq.get(id)
  if (!entry) return
  scene.trace = { ...scene.trace, event: 'faq.answered', faq: id }
  if (!entry.smalltalk) count(scene, 'answered', { flow: '', step: id })
  if (entry.handoff && scene.desk?.isOpen && scene.channel !== PHONE) {
    dropToStep(dc, scene)
    return handOver(dc, scene)
  }
  if (stepOf(scene, dc.stack[0]?.id)) return digress(dc, scene, entry)
  await tellAnswer(dc, scene, entry)
  if (entry.smalltalk) return repeat(dc)
  const flow = entry.starts && scene.world.content.flows.get(entry.starts.flow)
  if (flow) {
    await startFlow(dc, scene, flow, entry.starts?.given)
  } else {
    await dc.cancelAllDialogs()
    // On the phone the customer speaks to a person already.
    await dc.beginDialog(entry.person && scene.channel !== PHONE ? HANDOFF : HELPED, { id })
  }
}

/** An answer in the middle of a flow. What it takes for granted may be the very answer to the step. */
async function digress(dc: DialogContext, scene: Scene, entry: FaqEntry): Promise<void> {
  if (leadsElsewhere(scene, entry)) {
    // To announce another way and then to stay on this one would be untrue.
    scene.canRestart = true
    await tell(dc, scene, say(scene, 'bot:faq.elsewhere'))
    return repeat(dc)
  }
  await tellAnswer(dc, scene, entry)
  const step = stepOf(scene, dc.activeDialog?.id)
  const answered = step?.choices.find(({ id }) => id === entry.starts?.given?.[step.id])
  if (answered) {
    scene.choice = answered.id
    await dc.continueDialog()
  } else if (entry.person) {
    dropToStep(dc, scene)
    await dc.beginDialog(HANDOFF)
  } else {
    await tell(dc, scene, say(scene, 'bot:faq.resume'))
    await repeat(dc)
  }
}

/** Whether an answer starts another flow, or goes with other answers than the customer has given in this one. */
function leadsElsewhere(scene: Scene, { starts }: FaqEntry): boolean {
  const { run } = scene.state
  if (!starts || !run) return false
  const { flow, given = {} } = starts
  return (
    flow !== run.flow || run.path.some(({ step, answer }) => answer && given[step] && given[step] !== answer)
  )
}

/** Leaves the questions that lie over a step, without asking the step again. */
export function dropToStep(dc: DialogContext, scene: Scene): void {
  dc.stack.splice(stepOf(scene, dc.stack[0]?.id) ? 1 : 0)
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
  const card = stepCard({ kind: 'question', paragraphs: [answer], image }, scene.state.locale, answer)
  await dc.context.sendActivity({ ...message(scene, answer), attachments: [card] })
}

function offerHelped(scene: Scene): Offered[] {
  const { thanks, helped, unhelped } = scene.world.lexicons[scene.state.locale]
  return [
    { id: 'yes', say: say(scene, 'bot:faq.yes'), phrases: [...helped, ...thanks] },
    { id: 'no', say: say(scene, 'bot:faq.no'), phrases: unhelped },
  ]
}

async function askHelped(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  await ask(turn, scene, say(scene, 'bot:faq.helped'))
  return Dialog.EndOfTurn
}

async function followHelped(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  const helped = scene.choice === 'yes'
  count(scene, helped ? 'helped' : 'unhelpful', { flow: '', step: String((turn.options as Options).id) })
  scene.trace = { event: helped ? 'faq.helped' : 'faq.unhelpful', faq: String((turn.options as Options).id) }
  if (!helped) scene.question = { locale: scene.state.locale, kind: 'unhelpful' }
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
  scene.question = { locale: scene.state.locale, kind: 'none' }
  await askWith(turn, scene, say(scene, 'bot:miss.nothing'), [
    ...topics(scene),
    commandButton(scene, 'person'),
  ])
  return turn.endDialog()
}

function label(scene: Scene, entry: FaqEntry): string {
  return say(scene, entry.label ?? entry.question)
}
