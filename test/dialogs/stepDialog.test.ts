import { type Activity, TestAdapter, TurnContext } from 'botbuilder-core'
import {
  Dialog,
  type DialogContext,
  type DialogInstance,
  DialogSet,
  WaterfallDialog,
  type WaterfallStep,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import { expect } from 'chai'
import { StepDialog } from '../../dialogs/stepDialog.ts'

type Making = new (id: string, steps: WaterfallStep[]) => Dialog

/** What a step was given, as far as a step can tell. */
function seen(name: string, turn: WaterfallStepContext) {
  const { index, options, reason, result, stack, parent } = turn
  return {
    name,
    index,
    options,
    reason,
    result,
    stack: stack.map(({ id }) => id),
    hasParent: Boolean(parent),
  }
}

/** A question that leads on, one that asks over it, and one that ends by going past its last step. */
function set(Kind: Making, log: unknown[]) {
  const stack: DialogInstance[] = []
  const state = { get: async () => ({ dialogStack: stack }), set: async () => {}, delete: async () => {} }
  const dialogs = new DialogSet(state as never)
  const wait = async (turn: WaterfallStepContext) => {
    log.push(seen('wait', turn))
    return Dialog.EndOfTurn
  }
  const lead = async (turn: WaterfallStepContext) => {
    log.push(seen('lead', turn))
    if (turn.result === 'over') return turn.beginDialog('over', { from: 'first' })
    if (turn.result === 'on') return turn.next('skipped')
    return turn.replaceDialog('last')
  }
  const after = async (turn: WaterfallStepContext) => {
    log.push(seen('after', turn))
    return turn.endDialog('done')
  }
  dialogs.add(new Kind('first', [wait, lead, after]))
  dialogs.add(new Kind('over', [wait, after]))
  dialogs.add(new Kind('last', [wait]))
  return dialogs
}

/** Begins, then says each text; an activity that is no message has no text. */
async function talk(Kind: Making, texts: (string | undefined)[]) {
  const log: unknown[] = []
  const dialogs = set(Kind, log)
  const take = async (activity: Partial<Activity>, turn: (dc: DialogContext) => Promise<unknown>) => {
    const dc = await dialogs.createContext(new TurnContext(new TestAdapter(), activity))
    log.push(await turn(dc), JSON.parse(JSON.stringify(dc.stack.map(({ id }) => id))))
  }
  await take({ type: 'message' }, (dc) => dc.beginDialog('first', { to: 'begin' }))
  for (const text of texts)
    await take(text === undefined ? { type: 'event' } : { type: 'message', text }, (dc) =>
      dc.continueDialog(),
    )
  return log
}

const talks = {
  'goes on by itself': ['on'],
  'is replaced by another, which ends after its last step': ['elsewhere', 'x', 'y'],
  'waits below another and goes on with what that ended with': ['over', 'x', 'y'],
  'waits for a message and not for an event': [undefined, 'on'],
}

describe('a step as a dialog', () => {
  for (const [name, texts] of Object.entries(talks)) {
    it(`${name}, as botbuilder's own waterfall does`, async () => {
      const ours = await talk(StepDialog, texts)
      expect(ours).to.have.length.above(texts.length * 2)
      expect(ours).to.deep.equal(await talk(WaterfallDialog, texts))
    })
  }
})
