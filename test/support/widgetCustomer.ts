import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { Conversation } from '../../web/chat/conversation.ts'
import type { Drawer, Rim, WebSocketLike } from '../../web/chat/rim.ts'
import type { Entry } from '../../web/chat/transcript.ts'
import { until } from './until.ts'

/** The chat of the web page, as it runs in a browser but for its looks. */
export interface Widget {
  conversation: string
  /** Resolves when the server has taken it. */
  say(said: { text: string; value?: unknown }): Promise<void>
  /** A key is pressed in it. */
  types(): void
  /** What stands in the chat. */
  said(): Entry['activity'][]
  end(): void
}

/** Opens it; each request asks anew where to go, and the socket stays where the first one went. */
export async function openWidget(bot: { readonly url: string }, lang: 'ja' | 'en'): Promise<Widget> {
  const nothing = () => {}
  const device = drawer()
  const chat = new Conversation({
    rim: rimAt(bot),
    device,
    tab: drawer(),
    lang: () => lang,
    onChange: nothing,
    onCaughtUp: nothing,
    onTyping: nothing,
    onLink: nothing,
  })
  const entries = () => chat.transcript.entries
  chat.start()
  await until(() => entries().length > 0)
  const isOnTheWay = () => entries().some(({ delivery }) => delivery === 'pending')
  return {
    conversation: entries()[0]?.activity.id.split('|')[0] ?? '',
    async say(said) {
      chat.say({ type: 'message', locale: lang, ...said })
      await until(() => !isOnTheWay())
    },
    types: () => chat.write(),
    said: () => entries().map(({ activity }) => activity),
    end: () => chat.leave(),
  }
}

function rimAt(bot: { readonly url: string }): Rim {
  const { url: first } = bot
  return {
    async fetch(path, request) {
      const answer = await fetch(`${bot.url}${path}`, request)
      return { status: answer.status, json: () => answer.json() }
    },
    socket: (path, protocols) =>
      new WebSocket(`${first.replace(/^http/, 'ws')}${path}`, protocols) as unknown as WebSocketLike,
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds)
      return () => clearTimeout(timer)
    },
    now: () => performance.now(),
    random: () => Math.random(),
    device: 'pc',
    id: () => randomUUID(),
  }
}

function drawer(): Drawer {
  const kept = new Map<string, string>()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}
