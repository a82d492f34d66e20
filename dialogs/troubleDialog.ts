import {
  Dialog,
  type DialogSet,
  type DialogTurnResult,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import type { Symptom } from '../content/index.ts'
import { type Detour, offered } from './flowDialog.ts'
import { ask, tell } from './say.ts'
import { flowOf, type Offered, type Options, type Place, type Scene, say, sceneOf } from './scene.ts'

/** The id of the dialog that asks what does not work; begun over a step with `{ step }`. */
export const TROUBLE = 'trouble'

const NONE = 'none'

/** Adds the dialog for "it does not work": names the symptoms of the step below it, gives the hint, and ends. */
export function addTrouble(dialogs: DialogSet, places: Map<string, Place>): void {
  dialogs.add(new WaterfallDialog(TROUBLE, [askTrouble, followTrouble]))
  places.set(TROUBLE, { offer: offerSymptoms })
}

async function askTrouble(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  scene.trace = { ...scene.trace, step: `${(turn.options as Options).step}/trouble` }
  await ask(turn, scene, say(scene, 'bot:trouble.ask'))
  return Dialog.EndOfTurn
}

async function followTrouble(turn: WaterfallStepContext): Promise<DialogTurnResult> {
  const scene = sceneOf(turn.context)
  const symptom = symptomsOf(scene, turn.options as Options).find(({ id }) => id === scene.choice)
  if (!symptom) {
    scene.stuck = true
    await tell(turn, scene, say(scene, 'bot:trouble.noneHint'))
    return turn.endDialog()
  }
  if (symptom.hint) await tell(turn, scene, `${say(scene, 'bot:trouble.hint')}\n${say(scene, symptom.hint)}`)
  const detour: Detour = { next: symptom.next }
  return turn.endDialog(detour)
}

function offerSymptoms(scene: Scene, options: Options): Offered[] {
  const symptoms = symptomsOf(scene, options).map((symptom) => offered(scene, symptom))
  return [...symptoms, { id: NONE, say: say(scene, 'bot:trouble.none'), phrases: [] }]
}

function symptomsOf(scene: Scene, options: Options): Symptom[] {
  const step = flowOf(scene)?.steps.get(options.step as string)
  return step?.kind === 'part' ? step.symptoms : []
}
