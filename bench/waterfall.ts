import { ConversationState, MemoryStorage } from 'botbuilder-core'
import {
  ChoicePrompt,
  ConfirmPrompt,
  DialogSet,
  DialogTurnStatus,
  WaterfallDialog,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import { Collector, message } from './collector.ts'

const answers = ['red', 'Yes', 'green', 'No', 'blue', 'Yes']

/** The guide as botbuilder's own samples would write it: one waterfall of six prompts over ConversationState. */
export function waterfallTurn(): () => Promise<void> {
  const adapter = new Collector()
  const memory = new ConversationState(new MemoryStorage())
  const dialogs = new DialogSet(memory.createProperty('dialogs'))
  dialogs.add(new ChoicePrompt('choice', undefined, 'en-us'))
  dialogs.add(new ConfirmPrompt('confirm', undefined, 'en-us'))
  const choose = (step: WaterfallStepContext) =>
    step.prompt('choice', { prompt: 'Which one?', choices: ['red', 'green', 'blue'] })
  const confirm = (step: WaterfallStepContext) => step.prompt('confirm', 'Is that right?')
  const finish = async (step: WaterfallStepContext) => {
    await step.context.sendActivity('Done.')
    return step.endDialog()
  }
  dialogs.add(new WaterfallDialog('guide', [choose, confirm, choose, confirm, choose, confirm, finish]))
  const turns = ['hello', ...answers]
  let next = 0
  return async () => {
    const isLast = next === turns.length - 1
    let status: DialogTurnStatus | undefined
    await adapter.hear(message(turns[next] as string), async (context) => {
      const dc = await dialogs.createContext(context)
      let result = await dc.continueDialog()
      if (result.status === DialogTurnStatus.empty) result = await dc.beginDialog('guide')
      status = result.status
      await memory.saveChanges(context)
    })
    if (
      status !== (isLast ? DialogTurnStatus.complete : DialogTurnStatus.waiting) ||
      adapter.said.length !== 1
    )
      throw new Error(`Turn ${next} of the plain waterfall ended as "${status}": its prompts changed.`)
    next = isLast ? 0 : next + 1
  }
}
