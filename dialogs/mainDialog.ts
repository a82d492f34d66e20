import type { DialogContext } from 'botbuilder-dialogs'
import { beginCall, reopenStep } from './callDialog.ts'
import { answerQuestion, repeat } from './faqDialog.ts'
import { followGuide, guideUsed, joinGuide } from './guideDialog.ts'
import { changeLocale, interruptions, press, resume } from './interruptions.ts'
import { nearest } from './path.ts'
import { goesOn, hearOfDesk, leaveQueue } from './queue.ts'
import { hearRating } from './ratingDialog.ts'
import { type Pressed, tell } from './say.ts'
import { flowOf, offeredNow, type Scene, say, stepOf } from './scene.ts'
import { type News, withoutLink } from './state.ts'
import { namesSymptom } from './troubleDialog.ts'
import { understand } from './understand.ts'
import { toldAlready } from './unlockDialog.ts'

/** Decides whose turn it is: an event's, a button's, an interruption's, the active dialog's, or the FAQ's. */
export async function takeTurn(dc: DialogContext, scene: Scene): Promise<void> {
  const { activity } = dc.context
  if (scene.owner === 'queue' && !(await goesOn(dc, scene))) return
  await mendStack(dc, scene)
  if (activity.name?.startsWith('desk.')) return hearOfDesk(dc, scene, () => tellHeld(dc, scene))
  if (scene.state.held) await tellHeld(dc, scene)
  if (scene.leavesQueue) return leaveQueue(dc, scene)
  if (activity.type === 'message') return hear(dc, scene)
  if (activity.type === 'conversationUpdate') return greet(dc, scene)
  if (activity.type !== 'event') return
  if (activity.name === 'startConversation') return greet(dc, scene)
  if (activity.name === 'setLocale') return changeLocale(dc, scene, activity.value === 'en' ? 'en' : 'ja')
  await happen(dc, scene, activity as News)
}

/** Something has happened elsewhere. */
async function happen(dc: DialogContext, scene: Scene, { name, value }: News): Promise<void> {
  const told = value as never
  if (name === 'unlock.updated') return hearOfUnlock(dc, scene, told)
  if (name === 'link.followed') return forgetLink(scene, told)
  if (name === 'guide.joined') return joinGuide(dc, scene, told)
  if (name === 'guide.used') return guideUsed(dc, scene, told)
  if (name === 'guide.followed') return followGuide(dc, scene, told)
  if (name === 'call.begun') return beginCall(dc, scene, told)
  if (name === 'call.reopened') return reopenStep(dc, scene, told)
}

/** What happened while a person had the conversation is told once. Gives whether the customer was asked something then. */
async function tellHeld(dc: DialogContext, scene: Scene): Promise<boolean> {
  const { held = [] } = scene.state
  delete scene.state.held
  scene.hasAsked = false
  for (const news of held) await happen(dc, scene, news)
  return scene.hasAsked
}

async function greet(dc: DialogContext, scene: Scene): Promise<void> {
  if (!scene.state.greeted) await resume(dc, scene)
}

async function hear(dc: DialogContext, scene: Scene): Promise<void> {
  const { activity } = dc.context
  scene.state.greeted = true
  if (activity.channelData?.masked) return refuseSecret(dc, scene)
  if (await hearRating(dc, scene)) return
  if (isPressed(activity.value)) return press(dc, scene, activity.value)
  const text = (activity.text ?? '').trim()
  if (text === '') {
    await tell(dc, scene, say(scene, 'bot:miss.attachment'))
    return resume(dc, scene)
  }
  const step = stepOf(scene, dc.activeDialog?.id)
  const digits = step?.kind === 'question' && step.expects === 'digits'
  const understood = understand(text, offeredNow(dc, scene), scene.world.lexicons[scene.state.locale], digits)
  scene.trace.event = understood.kind
  // The answer was to a step that is gone; the question in its place has just been asked.
  if (scene.isMended && (understood.kind === 'choice' || understood.kind === 'no')) return
  switch (understood.kind) {
    case 'choice':
      scene.state.misses = 0
      scene.choice = understood.id
      await dc.continueDialog()
      return
    case 'command':
      scene.state.misses = 0
      // Outside a guide "it does not work" is a question like any other.
      if (understood.command === 'trouble' && !dc.activeDialog) return freely(dc, scene, text)
      return interruptions[understood.command](dc, scene)
    case 'unsure':
      return explain(dc, scene)
    case 'greetings':
      scene.state.greeted = dc.activeDialog !== undefined
      return resume(dc, scene)
    case 'thanks':
      return welcome(dc, scene)
    case 'no':
      // To "have you done it?" no is "it does not work".
      if (step?.kind !== 'part') return freely(dc, scene, text)
      scene.state.misses = 0
      return interruptions.trouble(dc, scene)
    case 'other':
      return freely(dc, scene, text)
  }
}

/** Neither an answer nor a command: a symptom of the step, a question for the FAQ, or not understood. */
async function freely(dc: DialogContext, scene: Scene, text: string): Promise<void> {
  const isUnderstood = (await namesSymptom(dc, scene, text)) || (await answerQuestion(dc, scene, text))
  if (isUnderstood) scene.state.misses = 0
  else await miss(dc, scene)
}

/** Thanks need no answer but a kind one; what is open is asked again. */
async function welcome(dc: DialogContext, scene: Scene): Promise<void> {
  await tell(dc, scene, say(scene, dc.activeDialog ? 'bot:faq.resume' : 'bot:faq.glad'))
  await repeat(dc)
}

/** "I am not sure": the writer's words for it, then the question again. */
async function explain(dc: DialogContext, scene: Scene): Promise<void> {
  if (!dc.activeDialog) return resume(dc, scene)
  const step = stepOf(scene, dc.activeDialog.id)
  const words = step?.unsure ?? (step?.kind === 'part' ? 'bot:unsure.part' : 'bot:unsure.choose')
  scene.stuck = ++scene.state.misses >= 2 || !step?.unsure
  await tell(dc, scene, say(scene, words))
  await repeat(dc)
}

/** Not understood: once the question comes again, from the second time on together with a person. */
async function miss(dc: DialogContext, scene: Scene): Promise<void> {
  scene.trace.event = 'miss'
  scene.stuck = ++scene.state.misses >= 2
  await tell(dc, scene, say(scene, scene.stuck ? 'bot:miss.again' : 'bot:miss.first'))
  await repeat(dc)
}

async function refuseSecret(dc: DialogContext, scene: Scene): Promise<void> {
  scene.trace.event = 'secret'
  // Eight digits are also what a guide number looks like: whoever has one is told where it belongs.
  const hasGuide = scene.state.run?.request?.guide !== undefined
  const where = hasGuide ? `\n${say(scene, 'bot:secret.guide', { page: scene.world.links.help })}` : ''
  await tell(dc, scene, say(scene, 'bot:secret.warning') + where)
  await resume(dc, scene)
}

/** The bank has told how a request stands; the event was verified and read again before it came here. */
async function hearOfUnlock(
  dc: DialogContext,
  scene: Scene,
  request: { id: string; state: string },
): Promise<void> {
  scene.trace.event = `unlock.${request.state}`
  const { run } = scene.state
  const isOurs = run?.request?.id === request.id
  if (request.state === 'cleared') {
    if (toldAlready(scene, request.id)) return
    const flow = flowOf(scene)
    const wait = [...(flow?.steps.values() ?? [])].find((step) => step.kind === 'await')
    if (!isOurs || !flow || !wait) return tell(dc, scene, say(scene, 'bot:unlock.clearedElsewhere'))
    await dc.cancelAllDialogs()
    await dc.beginDialog(`${flow.id}/${wait.cleared}`)
    return
  }
  if (!isOurs || !run?.request || run.outcome) return
  if (request.state !== 'rejected' && request.state !== 'expired') return
  if (toldAlready(scene, request.id)) return
  run.request.ended = request.state
  scene.canRetryLink = true
  // The step that waits says it itself.
  const isWaiting = stepOf(scene, dc.activeDialog?.id)?.kind === 'await'
  if (!isWaiting) await tell(dc, scene, say(scene, `bot:unlock.${request.state}`))
  await repeat(dc)
}

function forgetLink(scene: Scene, { request }: { request: string }): void {
  scene.state.run = withoutLink(scene.state, request).run
}

/**
 * New content may have taken away what the conversation stands on: then the nearest step before it that is still
 * there is asked again, with a word of apology.
 */
async function mendStack(dc: DialogContext, scene: Scene): Promise<void> {
  if (dc.stack.every(({ id }) => dc.dialogs.find(id))) return
  scene.isMended = true
  dc.stack.length = 0
  const flow = flowOf(scene)
  const step = flow && nearest(flow, scene.state.run?.path ?? [])
  await tell(dc, scene, say(scene, flow ? 'bot:changed.step' : 'bot:changed.flow'))
  if (flow) await dc.beginDialog(`${flow.id}/${step ?? flow.start}`)
  else delete scene.state.run
}

function isPressed(value: unknown): value is Pressed {
  if (typeof value !== 'object' || value === null) return false
  return (
    Object.values(value).every((part) => typeof part === 'string') &&
    ('choice' in value || 'do' in value || 'faq' in value)
  )
}
