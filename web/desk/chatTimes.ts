import type { Api } from './api.ts'
import type { ChatItem, ChatView } from './chatView.ts'

/** How long somebody waits, in words; the level is for the looks only and says nothing that the words do not. */
export interface Wait {
  text: string
  level: 'fresh' | 'late' | 'over'
}

/** From this share of the time on, the bot will soon go on by itself. */
const soon = 0.7
/** A customer who has an agent should not wait longer than this for an answer. */
const replyMinutes = 2

/** Since when the customer waits for an agent, or for the agent's answer; undefined when it is the customer's turn. */
export function waitOf(item: ChatItem, now: number, waitMinutes: number, api: Api): Wait | undefined {
  if (item.owner === 'queue') {
    const minutes = minutesSince(item.queuedAt ?? now, now)
    const isLate = minutes >= waitMinutes * soon
    const text = minutes === 0 ? api.t('chats.waitNow') : api.t('chats.wait', { minutes })
    return isLate ? { text: `${text} ${api.t('chats.waitSoon')}`, level: 'over' } : { text, level: 'fresh' }
  }
  if (item.last?.by !== 'customer' || !item.last.at) return undefined
  const minutes = minutesSince(Date.parse(item.last.at), now)
  const text = minutes === 0 ? api.t('chats.replyNow') : api.t('chats.reply', { minutes })
  return { text, level: minutes >= replyMinutes ? 'late' : 'fresh' }
}

/** How long it took until a person answered, or how long it takes already. */
export function firstReply({ handoff, now, owner }: ChatView, at: number, api: Api): string {
  if (!handoff) return ''
  const { initiatedAt, firstReplyAt } = handoff
  // Whoever was left without one does not wait for it any more.
  if (!firstReplyAt && owner !== 'queue' && owner !== 'agent') return ''
  const seconds = Math.max(0, Math.round(((firstReplyAt ?? Math.max(at, now)) - initiatedAt) / 1000))
  const time = { minutes: Math.floor(seconds / 60), seconds: seconds % 60 }
  return api.t(firstReplyAt ? 'chats.firstReply' : 'chats.firstReplyOpen', time)
}

function minutesSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / 60_000))
}

/** The time of day, as the agent's language writes it. */
export function clockTime(at: string | number, lang: string): string {
  return new Intl.DateTimeFormat(lang, { hour: 'numeric', minute: '2-digit' }).format(new Date(at))
}
