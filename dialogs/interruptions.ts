import type { DialogContext } from 'botbuilder-dialogs'
import type { Command } from '../locales/index.ts'
import { count } from './counts.ts'
import { answerEntry, dropToStep, repeat, topics } from './faqDialog.ts'
import { startFlow } from './flowDialog.ts'
import { HANDOFF, handOver } from './handoffDialog.ts'
import { before } from './path.ts'
import { askWith, type Pressed, placeOf, tell } from './say.ts'
import { flowOf, offeredNow, type Scene, say, stepOf } from './scene.ts'
import { TROUBLE } from './troubleDialog.ts'

type Interruption = (dc: DialogContext, scene: Scene) => Promise<void>

/** What a customer can say or press at any step, and what it does. */
export const interruptions: Record<Command, Interruption> = {
  back: goBack,
  restart,
  trouble,
  person,
  english: (dc, scene) => changeLocale(dc, scene, 'en'),
  japanese: (dc, scene) => changeLocale(dc, scene, 'ja'),
  repeat: showAgain,
  retryLink,
}

/** Greets, or asks again what is open. */
export async function resume(dc: DialogContext, scene: Scene): Promise<void> {
  if (dc.activeDialog) return repeat(dc)
  const key = scene.state.greeted ? 'bot:greeting.again' : 'bot:greeting.text'
  scene.state.greeted = true
  await askWith(dc, scene, say(scene, key), topics(scene))
}

/** Goes on in another language: what is open is asked again in it. */
export async function changeLocale(dc: DialogContext, scene: Scene, locale: 'ja' | 'en'): Promise<void> {
  scene.state.locale = locale
  await tell(dc, scene, say(scene, 'bot:language.changed'))
  await showAgain(dc, scene)
}

/** Does what a button says, unless the conversation has moved on since it was shown. */
export async function press(dc: DialogContext, scene: Scene, pressed: Pressed): Promise<void> {
  if (pressed.faq && scene.world.content.faq.has(pressed.faq)) return answerEntry(dc, scene, pressed.faq)
  // The question in the place of a step that is gone has just been asked; without a guide there is none.
  if (scene.isMended && (pressed.step ?? pressed.choice) !== undefined)
    return dc.activeDialog ? undefined : resume(dc, scene)
  const isCurrent = pressed.step === placeOf(dc) && pressed.run === (scene.state.run?.id ?? '')
  if (pressed.do && Object.hasOwn(interruptions, pressed.do)) {
    if (pressed.step && !isCurrent && !isOver(scene, pressed)) return showCurrent(dc, scene)
    return interruptions[pressed.do as Command](dc, scene)
  }
  const choice = offeredNow(dc, scene).find(({ id }) => id === pressed.choice)
  if (!isCurrent || !choice) return pressedEarlier(dc, scene, pressed)
  scene.state.misses = 0
  scene.choice = choice.id
  await dc.continueDialog()
}

/** A button of an earlier step re-opens that step when it would change the answer; a second tap does nothing. */
async function pressedEarlier(dc: DialogContext, scene: Scene, pressed: Pressed): Promise<void> {
  const flow = flowOf(scene)
  const step =
    flow && pressed.step?.startsWith(`${flow.id}/`) ? pressed.step.slice(flow.id.length + 1) : undefined
  const { run } = scene.state
  const visit = run?.path.find((visited) => visited.step === step)
  const changes = visit?.answer !== undefined && visit.answer !== pressed.choice
  const exists = flow?.steps.get(step ?? '')?.choices.some(({ id }) => id === pressed.choice)
  if (!flow || run?.id !== pressed.run || !changes || !exists) return showCurrent(dc, scene)
  count(scene, 'back')
  await tell(dc, scene, say(scene, 'bot:old.reopened'))
  await dc.cancelAllDialogs()
  await dc.beginDialog(`${flow.id}/${step}`)
}

async function showCurrent(dc: DialogContext, scene: Scene): Promise<void> {
  await tell(dc, scene, say(scene, 'bot:old.step'))
  await showAgain(dc, scene)
}

/** What the customer saw last of the guide: the open question, or the outcome that ended it. */
async function showAgain(dc: DialogContext, scene: Scene): Promise<void> {
  const { run } = scene.state
  const outcome = flowOf(scene)?.outcomes.get(run?.outcome ?? '')
  if (dc.activeDialog || !outcome) return resume(dc, scene)
  await dc.beginDialog(`${run?.flow}/${outcome.id}`)
}

/** The buttons under the outcome that ended the run still work. */
function isOver(scene: Scene, pressed: Pressed): boolean {
  const { run } = scene.state
  return run?.outcome !== undefined && run.id === pressed.run && pressed.step === `${run.flow}/${run.outcome}`
}

async function goBack(dc: DialogContext, scene: Scene): Promise<void> {
  const flow = flowOf(scene)
  const { run } = scene.state
  if (!flow || !run) {
    await dc.cancelAllDialogs()
    return resume(dc, scene)
  }
  // Over an outcome, or out of a question that lies over a step: back is the step itself.
  if (!stepOf(scene, dc.activeDialog?.id)) {
    if (run.outcome) count(scene, 'back')
    return reopen(dc, flow.id, run.path.at(-1)?.step ?? flow.start)
  }
  const previous = before(run.path)
  if (previous) count(scene, 'back')
  if (previous) return reopen(dc, flow.id, previous)
  await tell(dc, scene, say(scene, 'bot:back.first'))
  await repeat(dc)
}

/** Goes to the step of the way so far that shows the deep link; there a new one is made when the old one works no more. */
async function retryLink(dc: DialogContext, scene: Scene): Promise<void> {
  const flow = flowOf(scene)
  const linked = scene.state.run?.path.findLast(({ step }) => {
    const part = flow?.steps.get(step)
    return part?.kind === 'part' && part.link !== undefined
  })
  if (flow && linked) return reopen(dc, flow.id, linked.step)
  await resume(dc, scene)
}

async function reopen(dc: DialogContext, flow: string, step: string): Promise<void> {
  await dc.cancelAllDialogs()
  await dc.beginDialog(`${flow}/${step}`)
}

async function restart(dc: DialogContext, scene: Scene): Promise<void> {
  const flow = flowOf(scene)
  if (flow) {
    await startFlow(dc, scene, flow)
    return
  }
  await dc.cancelAllDialogs()
  await resume(dc, scene)
}

async function trouble(dc: DialogContext, scene: Scene): Promise<void> {
  dropToStep(dc, scene)
  const step = stepOf(scene, dc.activeDialog?.id)
  if (step?.kind === 'part') {
    await dc.beginDialog(TROUBLE, { step: step.id })
    return
  }
  scene.stuck = true
  if (step) await tell(dc, scene, say(scene, step.unsure ?? 'bot:unsure.choose'))
  await resume(dc, scene)
}

async function person(dc: DialogContext, scene: Scene): Promise<void> {
  dropToStep(dc, scene)
  count(scene, 'person')
  if (scene.desk?.isOpen) return handOver(dc, scene)
  await dc.beginDialog(HANDOFF)
}
