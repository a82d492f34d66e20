import {
  Dialog,
  type DialogSet,
  type DialogTurnResult,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import type { Step } from '../content/index.ts'
import { ask } from './say.ts'
import { flowOf, type Place, type Scene, say, sceneOf } from './scene.ts'
import type { Sheet } from './stepCard.ts'

/** The id of the dialog that names a person to ask; begun over a step or over nothing. */
export const HANDOFF = 'handoff'

/** Adds the dialog for "a person": the branch, and what has been tried so far, to be read out there. */
export function addHandoff(dialogs: DialogSet, places: Map<string, Place>): void {
  dialogs.add(new WaterfallDialog(HANDOFF, [askHandoff, followHandoff]))
  places.set(HANDOFF, {
    offer: (scene) =>
      isInStep(scene) ? [{ id: 'continue', say: say(scene, 'bot:handoff.continue'), phrases: [] }] : [],
  })
}

async function askHandoff(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  scene.trace = { ...scene.trace, step: HANDOFF }
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
    paragraphs: [say(scene, facts.length > 0 ? 'bot:handoff.text' : 'bot:handoff.plain')],
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
