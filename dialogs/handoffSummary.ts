import type { Step } from '../content/index.ts'
import { type Locale, locales } from '../locales/index.ts'
import { flowOf, type Initiation, type Scene } from './scene.ts'
import type { Visit } from './state.ts'

/** What an agent gets with the conversation: where the customer stands, and three lines that say it. */
export function initiationOf(scene: Scene): Initiation {
  const { locale, run } = scene.state
  const summaries = Object.fromEntries(locales.map((one) => [one, linesOf(scene, one)]))
  return {
    locale,
    ...(run && { flow: run.flow, step: run.outcome ?? run.path.at(-1)?.step ?? '' }),
    answers: (run?.path ?? []).filter((visit): visit is Required<Visit> => visit.answer !== undefined),
    summary: summaries[locale] as string[],
    summaries: summaries as Initiation['summaries'],
    contentVersion: scene.world.content.version,
  }
}

/** Who, what is at hand, where it is stuck and why. */
function linesOf(scene: Scene, locale: Locale): string[] {
  const t = (key: string, vars?: Record<string, string>) => scene.world.words.t(locale, key, vars)
  const and = locale === 'ja' ? '、' : '; '
  const flow = flowOf(scene)
  const unknown = t('bot:handoff.brief.unknown')
  const [first, ...rest] = answersOf(scene, 'question', t)
  const who = flow ? [t(flow.title), ...(first ? [first.value] : [])].join(and) : unknown
  const items = answersOf(scene, 'item', t).map((item) => t('bot:handoff.brief.item', item))
  const atOnce = answersOf(scene, 'overview', t).map(({ value }) => value)
  const known = [
    ...(items.length > 0 ? items : atOnce),
    ...rest.map(({ title, value }) => `${title} ${value}`),
  ]
  return [
    t('bot:handoff.brief.who', { who }),
    t('bot:handoff.brief.atHand', { items: known.join(and) || unknown }),
    t('bot:handoff.brief.stuck', { where: whereIn(scene, t) || unknown, why: whyIn(scene, t) }),
  ]
}

type T = (key: string, vars?: Record<string, string>) => string

function answersOf(scene: Scene, kind: Step['kind'], t: T): { title: string; value: string }[] {
  const flow = flowOf(scene)
  return (scene.state.run?.path ?? []).flatMap(({ step: id, answer }) => {
    const step = flow?.steps.get(id)
    const choice = step?.choices.find((one) => one.id === answer)
    if (!step || step.kind !== kind || !choice) return []
    return [{ title: t(step.kind === 'item' ? step.name : step.ask), value: t(choice.say) }]
  })
}

function whereIn(scene: Scene, t: T): string {
  const flow = flowOf(scene)
  const { run } = scene.state
  const outcome = flow?.outcomes.get(run?.outcome ?? '')
  if (outcome) return t(outcome.title)
  const step = flow?.steps.get(run?.path.at(-1)?.step ?? '')
  if (!step) return ''
  if (step.kind !== 'part') return t(step.ask)
  const progress = { number: String(step.number), total: String(step.total) }
  return `${t(step.title)} ${t('bot:step.progress', progress)}`
}

function whyIn(scene: Scene, t: T): string {
  const { run, misses } = scene.state
  const here = run?.path.at(-1)?.step
  const step = flowOf(scene)?.steps.get(here ?? '')
  const symptom =
    step?.kind === 'part' && run?.symptom?.step === here
      ? step.symptoms.find(({ id }) => id === run?.symptom?.id)
      : undefined
  if (symptom) return t(symptom.say)
  if (run?.request?.ended) return t(`bot:handoff.brief.${run.request.ended}`)
  return t(misses >= 2 ? 'bot:handoff.brief.misses' : 'bot:handoff.brief.asked')
}
