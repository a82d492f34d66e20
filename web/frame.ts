/** What the host page and the chat in its iframe say to each other by postMessage, in both directions. */

/** From the launcher to the chat: the panel is now open, or closed. */
export interface ToChat {
  kaijo: 1
  type: 'opened' | 'closed'
}

/** From the chat to the launcher. */
export type ToHost =
  | { kaijo: 1; type: 'ready' }
  | { kaijo: 1; type: 'close' }
  | { kaijo: 1; type: 'unread'; count: number }
  | { kaijo: 1; type: 'lang'; lang: 'ja' | 'en' }

/** The message when it is exactly one of ours, else undefined. */
export function readToChat(data: unknown): ToChat | undefined {
  const message = ours(data)
  if (message?.type !== 'opened' && message?.type !== 'closed') return undefined
  return { kaijo: 1, type: message.type }
}

/** The message when it is exactly one of ours, else undefined. */
export function readToHost(data: unknown): ToHost | undefined {
  const message = ours(data)
  if (!message) return undefined
  const { type, count, lang } = message
  if (type === 'ready' || type === 'close') return { kaijo: 1, type }
  if (type === 'lang' && (lang === 'ja' || lang === 'en')) return { kaijo: 1, type, lang }
  if (type !== 'unread' || !Number.isInteger(count)) return undefined
  const whole = count as number
  return whole >= 0 && whole <= 9999 ? { kaijo: 1, type, count: whole } : undefined
}

function ours(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const message = data as Record<string, unknown>
  return message.kaijo === 1 ? message : undefined
}
