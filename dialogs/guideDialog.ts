import type { DialogContext } from 'botbuilder-dialogs'
import type { Flow, Step } from '../content/index.ts'
import { repeat } from './faqDialog.ts'
import { answer, enter } from './path.ts'
import { tell } from './say.ts'
import { flowOf, type Scene, say } from './scene.ts'
import type { State, Visit } from './state.ts'
import { readRequest } from './unlockDialog.ts'

/** A place in a guide that goes with an unlock request: what two conversations share. */
export interface GuidePlace {
  flow: string
  step: string
  request: string
}

/** Where a conversation stands in a procedure that may be shared; undefined elsewhere. */
export function guidePlace(state: State, flow: Flow | undefined): GuidePlace | undefined {
  const { run } = state
  const step = flow?.steps.get(run?.path.at(-1)?.step ?? '')
  if (!run?.request || run.outcome || (step?.kind !== 'part' && step?.kind !== 'await')) return undefined
  return { flow: run.flow, step: step.id, request: run.request.id }
}

/** Somebody has come with a guide number: this conversation goes on where the other one stands. */
export async function joinGuide(dc: DialogContext, scene: Scene, place: GuidePlace): Promise<void> {
  scene.state.greeted = true
  const flow = scene.world.content.flows.get(place.flow)
  const step = flow?.steps.get(place.step)
  if (!flow || !step) return tell(dc, scene, say(scene, 'bot:changed.flow'))
  const request = await readRequest(scene, place.request)
  // Whoever comes too late for the procedure is told how it has ended.
  const isOver = request && ['cleared', 'rejected', 'expired'].includes(request.state)
  const here = (isOver && [...flow.steps.values()].find(({ kind }) => kind === 'await')) || step
  scene.state.run = {
    id: String(++scene.state.runs),
    flow: flow.id,
    path: before(flow, [], here),
    isShared: true,
    isJoined: true,
  }
  if (request) {
    const { id, bindingCode, expiresAt } = request
    scene.state.run.request = { id, bindingCode, expiresAt }
  }
  scene.requests.push(place.request)
  await tell(dc, scene, say(scene, 'bot:guide.joined'))
  await dc.beginDialog(`${flow.id}/${here.id}`)
}

/** The guide number of this conversation was used: from now on both go step by step together. */
export async function guideUsed(
  dc: DialogContext,
  scene: Scene,
  { request }: Pick<GuidePlace, 'request'>,
): Promise<void> {
  const { run } = scene.state
  if (run?.request?.id !== request || run.outcome || run.isShared) return
  run.isShared = true
  delete run.request.guide
  await tell(dc, scene, say(scene, 'bot:guide.connected'))
  await repeat(dc)
}

/** The other conversation has moved on, or back, in the procedure: this one follows. */
export async function followGuide(dc: DialogContext, scene: Scene, place: GuidePlace): Promise<void> {
  const flow = flowOf(scene)
  const { run } = scene.state
  const step = flow?.steps.get(place.step)
  if (!flow || !run || !step || run.request?.id !== place.request || run.outcome) return
  if (run.path.at(-1)?.step === step.id) return
  run.path = before(flow, run.path, step)
  await tell(dc, scene, say(scene, 'bot:guide.followed'))
  await dc.cancelAllDialogs()
  await dc.beginDialog(`${flow.id}/${step.id}`)
}

/** The path of somebody who stands before `step`: what lies outside the procedure stays, its earlier parts are done. */
function before(flow: Flow, path: Visit[], step: Step): Visit[] {
  const parts = [...flow.steps.values()].filter((part) => part.kind === 'part')
  const procedure =
    step.kind === 'part' ? step.procedure : parts.find((part) => leadsTo(part, step))?.procedure
  const inside = parts.filter((part) => part.procedure === procedure)
  const done = inside.filter((part) => step.kind !== 'part' || part.number < step.number)
  let known = path.filter((visit) => !inside.some(({ id }) => id === visit.step) && visit.step !== step.id)
  for (const { id } of done) known = answer(enter(known, id), 'done')
  return known
}

function leadsTo(part: Step, step: Step): boolean {
  return part.choices.some(({ next }) => next === step.id)
}
