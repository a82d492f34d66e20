import type { Run, State, Visit } from './state.ts'

/** What can happen at a step, in the FAQ, or after a person has helped. */
export type What =
  /** A step or an outcome, for the first time in this walk. */
  | 'reached'
  /** A step was answered, for the first time in this walk. */
  | 'done'
  /** It did not work; `detail` is the symptom, or `none`. */
  | 'trouble'
  | 'back'
  | 'person'
  /** An answer of the FAQ was given, and then helped or did not. */
  | 'answered'
  | 'helped'
  | 'unhelpful'
  /** A rating was asked for, and given: `detail` is from 1 to 5. */
  | 'asked'
  | 'rated'

/** Something that happened in a turn, to be counted; ids only. */
export interface Count {
  /** Empty for what is of no flow. */
  flow: string
  /** A step or an outcome of the flow; without a flow an answer of the FAQ, or `handoff`. */
  step: string
  what: What
  detail: string
}

/** What of a turn the counts are about. */
interface Counting {
  state: Pick<State, 'run'>
  counts: Count[]
}

/** Notes something for the counts; where the customer stands unless said otherwise. */
export function count(
  { state, counts }: Counting,
  what: What,
  { detail = '', ...at }: Partial<Count> = {},
): void {
  const { run } = state
  const here = { flow: run?.flow ?? '', step: run?.outcome ?? run?.path.at(-1)?.step ?? '' }
  counts.push({ ...here, ...at, what, detail })
}

/**
 * Notes what of a walk is new after a turn: steps reached and answered, and the outcome. Each once in a walk, also when
 * the customer goes back and comes there again: else nobody could read from it how many went on.
 */
export function countWalk(before: Run | undefined, { state, counts }: Counting): void {
  const after = state.run
  if (!after) return
  const { flow, path, outcome } = after
  const was = before?.id === after.id ? before : undefined
  // From the end: a turn changes the last steps, and the others are the very same visits.
  for (let at = path.length - 1; at >= 0; at--) {
    const visit = path[at] as Visit
    const old = was?.path[at]
    if (old === visit) break
    const { step, answer } = visit
    const known = was?.been?.[step]
    const isOld = old?.step === step
    if (!isOld && !known) counts.push({ flow, step, what: 'reached', detail: '' })
    if (answer && !(isOld && old.answer) && known !== 'done')
      counts.push({ flow, step, what: 'done', detail: '' })
  }
  if (after.been !== was?.been) countDropped(was, after, counts)
  // Both conversations hear how a shared walk ends.
  if (after.isJoined || !outcome || outcome === was?.outcome || was?.been?.[outcome]) return
  counts.push({ flow, step: outcome, what: 'reached', detail: '' })
}

/** Answers that lead back to an earlier step: they are off the path in the very turn in which they were given. */
function countDropped(was: Run | undefined, { flow, been = {}, path }: Run, counts: Count[]): void {
  for (const [step, how] of Object.entries(been)) {
    if (how !== 'done' || was?.been?.[step] === 'done') continue
    const wasDone = was?.path.some((visit) => visit.step === step && visit.answer)
    const isCounted = path.some((visit) => visit.step === step && visit.answer)
    if (!wasDone && !isCounted) counts.push({ flow, step, what: 'done', detail: '' })
  }
}
