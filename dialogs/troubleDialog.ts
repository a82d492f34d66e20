import {
  Dialog,
  type DialogContext,
  type DialogSet,
  type DialogTurnResult,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import type { Symptom } from '../content/index.ts'
import { count } from './counts.ts'
import { type Detour, offered } from './flowDialog.ts'
import { ask, tell } from './say.ts'
import { flowOf, type Offered, type Options, type Place, type Scene, say, sceneOf, stepOf } from './scene.ts'
import { understand } from './understand.ts'

/** The id of the dialog that asks what does not work; begun over a step with `{ step }`. */
export const TROUBLE = 'trouble'

const NONE = 'none'

/** Adds the dialog for "it does not work": names the symptoms of the step below it, gives the hint, and ends. */
export function addTrouble(dialogs: DialogSet, places: Map<string, Place>): void {
  dialogs.add(new WaterfallDialog(TROUBLE, [askTrouble, followTrouble]))
  places.set(TROUBLE, { offer: offerSymptoms })
}

/** Names a symptom of the step without having pressed "it does not work"; false when the text is none of them. */
export async function namesSymptom(dc: DialogContext, scene: Scene, text: string): Promise<boolean> {
  const step = stepOf(scene, dc.activeDialog?.id)
  if (step?.kind !== 'part') return false
  const offers = step.symptoms.map((symptom) => offered(scene, symptom))
  const understood = understand(text, offers, scene.world.lexicons[scene.state.locale], true)
  const symptom = understood.kind === 'choice' && step.symptoms.find(({ id }) => id === understood.id)
  if (!symptom) return false
  scene.trace = { ...scene.trace, event: 'symptom' }
  await tellHint(dc, scene, symptom)
  await dc.replaceDialog(`${flowOf(scene)?.id}/${symptom.next ?? step.id}`)
  return true
}

async function tellHint(dc: DialogContext, scene: Scene, symptom: Symptom): Promise<void> {
  const { run } = scene.state
  if (run) run.symptom = { step: run.path.at(-1)?.step ?? '', id: symptom.id }
  count(scene, 'trouble', { detail: symptom.id })
  if (symptom.hint) await tell(dc, scene, `${say(scene, 'bot:trouble.hint')}\n${say(scene, symptom.hint)}`)
}

async function askTrouble(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  scene.trace = { ...scene.trace, step: `${(turn.options as Options).step}/trouble` }
  await ask(turn, scene, say(scene, 'bot:trouble.ask'))
  return Dialog.EndOfTurn
}

async function followTrouble(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  const { step } = turn.options as Options
  const symptom = symptomsOf(scene, step as string).find(({ id }) => id === scene.choice)
  if (!symptom) {
    scene.stuck = true
    count(scene, 'trouble', { detail: NONE })
    await tell(turn, scene, say(scene, 'bot:trouble.noneHint'))
    return turn.endDialog()
  }
  await tellHint(turn, scene, symptom)
  const detour: Detour = { next: symptom.next }
  return turn.endDialog(detour)
}

function offerSymptoms(scene: Scene, options: Options): Offered[] {
  const symptoms = symptomsOf(scene, options.step as string).map((symptom) => offered(scene, symptom))
  return [...symptoms, { id: NONE, say: say(scene, 'bot:trouble.none'), phrases: [] }]
}

function symptomsOf(scene: Scene, id: string): Symptom[] {
  const step = flowOf(scene)?.steps.get(id)
  return step?.kind === 'part' ? step.symptoms : []
}
