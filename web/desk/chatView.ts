import type { Lang } from '../chat/words.ts'
import type { Script } from './phoneView.ts'

/** Somebody who looks at a chat. */
export interface Viewer {
  id: string
  shown: string
  isWriting: boolean
}

/** One line of a conversation; `desk` tells what happened at the desk. */
export interface Line {
  seq: number
  by: 'customer' | 'bot' | 'agent' | 'desk'
  name?: string
  text: string
  what?: string
  isMasked?: true
  at?: string
}

/** One chat of the list; times are milliseconds by the server's clock. */
export interface ChatItem {
  conversation: string
  channel: string
  owner: 'bot' | 'queue' | 'agent' | 'closed'
  agent?: { id: string; shown: string }
  locale: Lang
  queuedAt: number | null
  last?: { by: Line['by']; text: string; at?: string }
  seq: number
  about: string
  viewers: Viewer[]
}

/** `GET /desk/api/chats`. */
export interface ChatList {
  now: number
  waitMinutes: number
  queue: ChatItem[]
  mine: ChatItem[]
  others: ChatItem[]
  agents: { id: string; shown: string; isHere: boolean }[]
  isAway: boolean
}

/** What agents wrote for each other. */
export interface Note {
  id: string
  shown: string
  text: string
  at: number
}

/** `GET /desk/api/chats/:id?after=`. */
export interface ChatView extends Omit<ChatItem, 'about' | 'last'> {
  now: number
  version: number
  isMine: boolean
  lines: Line[]
  hasMore: boolean
  notes: Note[]
  summary: string[]
  script?: Script
  trail: { step: string; title: string; answer?: string }[]
  news: string[]
  handoff?: { initiatedAt: number; acceptedAt: number | null; firstReplyAt: number | null }
}
