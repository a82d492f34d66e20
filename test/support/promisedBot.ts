import type { Activity } from 'botbuilder-core'
import type { Bot } from '../../bot/turn.ts'
import type { News } from '../../dialogs/index.ts'

/** What this bot keeps of a conversation. */
export interface Kept {
  told: string[]
  held?: News[]
  step?: string
  locale: 'ja'
}

const message = (text: string): Partial<Activity> => ({ type: 'message', text })

/** A bot of a few lines that keeps to what the dialogs promise, and takes its time. */
export const bot: Bot = {
  allowedDigits: [],
  expectsDigits: () => false,
  apology: () => message('sorry'),
  async reply({ activity, state, owner }) {
    const kept = (state ?? { told: [], locale: 'ja' }) as Kept
    await new Promise((resolve) => setImmediate(resolve))
    const { held = [], ...rest } = kept
    const done = { requests: [], passes: [], trace: { event: 'played' } }
    if (owner === 'queue' && activity.type === 'message') {
      if (activity.text !== 'stop') return { ...done, said: [], state: kept }
      return { ...done, said: [message('as you wish')], state: kept, leavesQueue: true }
    }
    const news = [...held, ...(activity.name === 'unlock.updated' ? [activity as News] : [])]
    const fresh = news
      .map(({ value }) => (value as { id: string }).id)
      .filter((id) => !kept.told.includes(id))
    const said = fresh.map((id) => message(`news ${id}`))
    const after: Kept = { ...rest, told: [...kept.told, ...fresh] }
    if (activity.name === 'desk.returned' && owner === 'bot') {
      said.push(message('back'))
      after.step = activity.value.step
    }
    if (activity.type === 'message') said.push(message(`answer to ${activity.id}`))
    const isAsked = activity.type === 'message' && activity.text === 'person'
    const summary = {
      locale: 'ja',
      answers: [],
      summary: [],
      summaries: { ja: [], en: [] },
      contentVersion: '1',
    } as const
    return { ...done, said, state: after, ...(isAsked && { handoff: structuredClone(summary) as never }) }
  },
}
