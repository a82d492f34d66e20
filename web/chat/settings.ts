import { asObject } from './activity.ts'
import { byId } from './element.ts'
import type { ChatWords, Lang } from './words.ts'

/** What the server writes into the page. */
export interface Settings {
  words: Record<Lang, ChatWords>
  /** Pages of other origins that may embed the chat. */
  origins: string[]
}

/** Reads the page's data block; the server that writes it is the one that served this script. */
export function readSettings(): Settings {
  const block = byId('settings', HTMLScriptElement)
  return asObject(JSON.parse(block.textContent ?? '')) as unknown as Settings
}
