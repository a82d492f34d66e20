import {
  Dialog,
  type DialogContext,
  type DialogSet,
  type DialogTurnResult,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import type { Step } from '../content/index.ts'
import { initiationOf } from './handoffSummary.ts'
import { ask, askWith, button } from './say.ts'
import { flowOf, type Offered, type Place, type Scene, say, sceneOf } from './scene.ts'
import type { Sheet } from './stepCard.ts'

/** The id of the dialog that names a person to ask; begun over a step or over nothing. */
export const HANDOFF = 'handoff'

/** What the button means that ends the waiting for a person. */
export const STOP_WAITING = 'stopWaiting'

/** Adds the dialog for "a person": the branch, and what has been tried so far, to be read out there. */
export function addHandoff(dialogs: DialogSet, places: Map<string, Place>): void {
  dialogs.add(new WaterfallDialog(HANDOFF, [askHandoff, followHandoff]))
  places.set(HANDOFF, {
    offer: (scene) =>
      isInStep(scene) ? [{ id: 'continue', say: say(scene, 'bot:handoff.continue'), phrases: [] }] : [],
  })
}

/** A person is at the desk: the customer goes into the queue, and what lies open stays as it is. */
export async function handOver(dc: DialogContext, scene: Scene): Promise<void> {
  scene.trace = { ...scene.trace, event: 'handoff.initiated' }
  scene.handoff = initiationOf(scene)
  await askToWait(dc, scene, 'bot:handoff.queued')
  // What the customer writes first is answered once more.
  delete scene.state.hasBeenAskedToWait
}

/** Says something with the place in the queue, and offers to stop waiting. */
export async function askToWait(dc: DialogContext, scene: Scene, key: string): Promise<void> {
  const place = String(((await scene.desk?.ahead()) ?? 0) + 1)
  scene.state.hasBeenAskedToWait = true
  const { say: title } = stopOffer(scene)
  await askWith(dc, scene, say(scene, key, { place }), [button(title, { do: STOP_WAITING })])
}

/** To stop waiting, as it can be pressed or said. */
export function stopOffer(scene: Scene): Offered {
  const phrases = scene.world.lexicons[scene.state.locale].stopWaiting
  return { id: STOP_WAITING, say: say(scene, 'bot:handoff.stopWaiting'), phrases }
}

async function askHandoff(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  scene.trace = { ...scene.trace, step: HANDOFF }
  scene.stuck = scene.desk?.isOpen ?? false
  await ask(turn, scene, sheet(scene))
  return isInStep(scene) ? Dialog.EndOfTurn : turn.endDialog()
}

async function followHandoff(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  return turn.endDialog()
}

/** Whether there is a step below to go back to. */
function isInStep(scene: Scene): boolean {
  return scene.state.run !== undefined && scene.state.run.outcome === undefined
}

function sheet(scene: Scene): Sheet {
  const facts = tried(scene)
  return {
    kind: 'person',
    title: say(scene, 'bot:handoff.title'),
    paragraphs: [
      ...(scene.desk?.why ? [say(scene, `bot:handoff.${scene.desk.why}Now`)] : []),
      say(scene, facts.length > 0 ? 'bot:handoff.text' : 'bot:handoff.plain'),
    ],
    ...(facts.length > 0 && { facts }),
    print: true,
  }
}

/** The questions and the answers so far, and where the customer stands. */
function tried(scene: Scene): { title: string; value: string }[] {
  const flow = flowOf(scene)
  const { run } = scene.state
  if (!flow || !run) return []
  const facts = []
  for (const visit of run.path) {
    const step = flow.steps.get(visit.step)
    const choice = step?.choices.find(({ id }) => id === visit.answer)
    if (!step || step.kind === 'part' || step.kind === 'overview' || !choice) continue
    facts.push({
      title: say(scene, step.kind === 'item' ? step.name : step.ask),
      value: say(scene, choice.say),
    })
  }
  const last = flow.steps.get(run.path.at(-1)?.step ?? '')
  const outcome = run.outcome ? flow.outcomes.get(run.outcome) : undefined
  const where = outcome ? say(scene, outcome.title) : last && whereItStands(scene, last)
  if (where) facts.push({ title: say(scene, 'bot:handoff.stoppedAt'), value: where })
  return [{ title: say(scene, 'bot:handoff.summary'), value: say(scene, flow.title) }, ...facts]
}

function whereItStands(scene: Scene, step: Step): string {
  if (step.kind !== 'part') return say(scene, step.ask)
  const { number, total } = step
  return `${say(scene, step.title)} ${say(scene, 'bot:step.progress', { number, total })}`
}
