/** The sentences of the chat page by name; they stand in `locales/<locale>/widget.yaml` under `chat`. */
export const chatKeys = [
  'title',
  'subtitle',
  'menu',
  'close',
  'log',
  'composer',
  'placeholder',
  'send',
  'secret',
  'you',
  'bot',
  'agent',
  'choices',
  'pending',
  'failed',
  'tooLong',
  'refused',
  'retry',
  'typing',
  'connecting',
  'waiting',
  'offline',
  'startOver',
  'person',
  'language',
  'end',
  'endAsk',
  'endYes',
  'endNo',
  'ended',
  'startAgain',
  'print',
  'printAll',
  'step',
  'news',
  'newWindow',
  'unknown',
  'rated',
  'back',
  'backText',
  'backCode',
  'backByHand',
] as const

/** The sentences of the launcher; they stand under `launcher`. */
export const launcherKeys = ['open', 'close', 'unread'] as const

export type ChatKey = (typeof chatKeys)[number]
export type ChatWords = Record<ChatKey, string>
export type LauncherWords = Record<(typeof launcherKeys)[number], string>

/** The languages the chrome speaks. */
export type Lang = 'ja' | 'en'

/** The language for a tag such as `en-US`; Japanese for anything else, the language of the source. */
export function asLang(tag: string | null | undefined): Lang {
  return tag?.toLowerCase().startsWith('en') ? 'en' : 'ja'
}

/** Puts values into a sentence's single braces: `手順 {number} / {total}`. */
export function fill(sentence: string, values: Record<string, number | string>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
