import type { DialogContext } from 'botbuilder-dialogs'
import { count } from './counts.ts'
import { answerEntry } from './faqDialog.ts'
import { startFlow } from './flowDialog.ts'
import { flowOf, type Scene } from './scene.ts'

/** An agent begins with what the caller needs: a flow from its start, or an answer of the FAQ. */
export async function beginCall(
  dc: DialogContext,
  scene: Scene,
  { flow: name, faq }: { flow?: string; faq?: string },
): Promise<void> {
  scene.state.greeted = true
  const flow = scene.world.content.flows.get(name ?? '')
  if (flow) await startFlow(dc, scene, flow)
  else if (faq) await answerEntry(dc, scene, faq)
}

/** An agent goes back to a step of the way so far; what came after it is forgotten once it is answered. */
export async function reopenStep(dc: DialogContext, scene: Scene, { step }: { step: string }): Promise<void> {
  const flow = flowOf(scene)
  const isOnPath = scene.state.run?.path.some((visit) => visit.step === step)
  if (!flow?.steps.has(step) || !isOnPath) return
  count(scene, 'back')
  await dc.cancelAllDialogs()
  await dc.beginDialog(`${flow.id}/${step}`)
}
