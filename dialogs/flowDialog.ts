import {
  Dialog,
  type DialogContext,
  DialogReason,
  type DialogSet,
  type DialogTurnResult,
  type WaterfallStepContext,
} from 'botbuilder-dialogs'
import type { Await, Flow, Outcome, Part, Step } from '../content/index.ts'
import { answer, enter, missingOn, nextAfter, stand } from './path.ts'
import { ask } from './say.ts'
import { type Offered, type Place, type Scene, say, sceneOf } from './scene.ts'
import type { Run } from './state.ts'
import type { Sheet } from './stepCard.ts'
import { StepDialog } from './stepDialog.ts'
import { linkSheet, requestNow, toldAlready } from './unlockDialog.ts'

/** What a dialog that was begun over a step may end with: where to go on instead of the step. */
export interface Detour {
  next?: string
}

/** Adds a flow to the set: each step is a waterfall `flow/step` of `ask` and `follow`, an outcome a waterfall of one. */
export function addFlow(flow: Flow, dialogs: DialogSet, places: Map<string, Place>): void {
  for (const step of flow.steps.values()) {
    const id = `${flow.id}/${step.id}`
    dialogs.add(stepDialog(id, flow, step))
    places.set(id, { offer: (scene) => offerChoices(scene, step) })
  }
  for (const outcome of flow.outcomes.values()) dialogs.add(outcomeDialog(flow, outcome))
}

/** Starts a flow; what is given already is not asked. */
export async function startFlow(
  dc: DialogContext,
  scene: Scene,
  flow: Flow,
  given: Record<string, string> = {},
) {
  const run: Run = { id: String(++scene.state.runs), flow: flow.id, path: [] }
  scene.state.run = run
  await dc.cancelAllDialogs()
  let next: string = flow.start
  for (let step = flow.steps.get(next); step && given[step.id]; step = flow.steps.get(next)) {
    run.path = answer(enter(run.path, step.id), given[step.id] as string)
    next = nextAfter(flow, step, given[step.id] as string, run.path) ?? flow.start
  }
  return dc.beginDialog(`${flow.id}/${next}`)
}

/** A choice or symptom as it can be answered, in the customer's language. */
export function offered(
  scene: Scene,
  choice: { id: string; say: string; phrases: Record<string, string[]> },
): Offered {
  const phrases = choice.phrases[scene.state.locale] ?? []
  return { id: choice.id, say: say(scene, choice.say), phrases }
}

function offerChoices(scene: Scene, step: Step): Offered[] {
  // What a part's only choice can be called is the same in every flow, so no writer has to say it.
  const { done } = scene.world.lexicons[scene.state.locale]
  return step.choices.map((choice) => {
    const { phrases, ...same } = offered(scene, choice)
    return { ...same, phrases: step.kind === 'part' ? [...phrases, ...done] : phrases }
  })
}

function stepDialog(id: string, flow: Flow, step: Step): StepDialog {
  return new StepDialog(id, [askStep, followStep])

  async function askStep(turn: WaterfallStepContext): Promise<DialogTurnResult> {
    const scene = sceneOf(turn.context)
    const run = scene.state.run as Run
    stand(run, step.id)
    scene.trace = { ...scene.trace, flow: flow.id, step: step.id }
    if (step.kind === 'await') return askAwait(turn, scene, step)
    await ask(turn, scene, await stepSheet(scene, step), hasCard(step))
    return Dialog.EndOfTurn
  }

  /** Goes on by itself when the bank has confirmed it; says how it stands when not. */
  async function askAwait(turn: WaterfallStepContext, scene: Scene, wait: Await): Promise<DialogTurnResult> {
    const state = await requestNow(scene)
    if (state === 'cleared') return turn.replaceDialog(`${flow.id}/${wait.cleared}`)
    scene.canRetryLink = state === 'rejected' || state === 'expired'
    // With nothing to wait for, "we are waiting" would be untrue.
    if (isWaiting(state))
      await ask(turn, scene, `${say(scene, waitingWords[state])}\n${say(scene, wait.ask)}`)
    else await ask(turn, scene, say(scene, waitingWords[state]))
    return Dialog.EndOfTurn
  }

  async function followStep(turn: WaterfallStepContext): Promise<DialogTurnResult> {
    const scene = sceneOf(turn.context)
    const run = scene.state.run as Run
    if (turn.reason === DialogReason.endCalled) {
      const next = (turn.result as Detour | undefined)?.next ?? step.id
      return turn.replaceDialog(`${flow.id}/${next}`)
    }
    const choice = scene.choice as string
    run.path = answer(run.path, choice)
    return turn.replaceDialog(`${flow.id}/${nextAfter(flow, step, choice, run.path) ?? step.id}`)
  }
}

function isWaiting(state: keyof typeof waitingWords): boolean {
  return state !== 'rejected' && state !== 'expired' && state !== 'none'
}

const waitingWords = {
  created: 'bot:unlock.pending',
  opened: 'bot:unlock.pending',
  verified: 'bot:unlock.pending',
  rejected: 'bot:unlock.rejected',
  expired: 'bot:unlock.expired',
  unreadable: 'bot:unlock.unreadable',
  none: 'bot:unlock.byHandOnly',
} as const

function outcomeDialog(flow: Flow, outcome: Outcome): StepDialog {
  return new StepDialog(`${flow.id}/${outcome.id}`, [askOutcome])

  async function askOutcome(turn: WaterfallStepContext): Promise<DialogTurnResult> {
    const scene = sceneOf(turn.context)
    const run = scene.state.run as Run
    run.outcome = outcome.id
    scene.trace = { ...scene.trace, flow: flow.id, step: outcome.id }
    if (outcome.confirmed && run.request) toldAlready(scene, run.request.id)
    scene.stuck = outcome.person
    await ask(turn, scene, outcomeSheet(scene, flow, outcome, run))
    return turn.endDialog()
  }
}

function hasCard(step: Step): boolean {
  return step.kind === 'part' || step.kind === 'item' || step.kind === 'overview' || step.image !== undefined
}

async function stepSheet(scene: Scene, step: Step): Promise<Sheet> {
  const words = (key: string) => say(scene, key)
  const sheet: Sheet = { kind: step.kind === 'part' ? 'step' : 'question', paragraphs: [words(step.ask)] }
  if (step.note) sheet.notes = [words(step.note)]
  if (step.image)
    sheet.image = { url: scene.world.links.picture(step.image.file), alt: words(step.image.alt) }
  if (step.kind === 'overview') sheet.paragraphs.push(step.items.map((item) => `・${words(item)}`).join('\n'))
  if (step.kind === 'item' && step.intro) sheet.paragraphs.unshift(words(step.intro))
  if (step.kind === 'item' || step.kind === 'part') {
    const { number, total } = step
    const label = say(scene, step.kind === 'item' ? 'bot:step.item' : 'bot:step.progress', { number, total })
    sheet.progress = { number, total, label }
  }
  return step.kind === 'part' ? partSheet(scene, step, sheet) : sheet
}

async function partSheet(scene: Scene, part: Part, sheet: Sheet): Promise<Sheet> {
  const words = (key: string) => say(scene, key)
  sheet.title = words(part.title)
  if (part.intro && part.number === 1) sheet.paragraphs.unshift(words(part.intro))
  if (part.table) {
    sheet.table = {
      columns: part.table.columns.map(words),
      rows: part.table.rows.map((row) => row.map(words)),
    }
  }
  if (!part.link) return sheet
  const { notes = [], ...link } = await linkSheet(scene, part)
  return { ...sheet, ...link, notes: [...(sheet.notes ?? []), ...notes] }
}

function outcomeSheet(scene: Scene, flow: Flow, outcome: Outcome, run: Run): Sheet {
  const words = (key: string) => say(scene, key)
  const missing = outcome.missing ? missingOn(flow, run.path) : []
  const forms = [...new Set([...outcome.forms, ...missing.flatMap(({ form }) => form ?? [])])]
  const lists = []
  if (missing.length > 0) {
    const items = missing.map(({ what, note }) =>
      note ? say(scene, 'bot:outcome.missingItem', { what: words(what), note: words(note) }) : words(what),
    )
    lists.push({ title: words('bot:outcome.missing'), items })
  }
  if (forms.length > 0)
    lists.push({
      title: words('bot:outcome.forms'),
      items: forms.map((form) => words(`bot:outcome.form.${form}`)),
    })
  return {
    kind: 'outcome',
    title: words(outcome.title),
    paragraphs: [words(outcome.text)],
    lists,
    notes: outcome.after ? [words(outcome.after)] : [],
    print: true,
  }
}
