/** One slip of a writer's pen in `sample/`. */
export interface Mistake {
  name: string
  rule: string
  file: string
  /** What stands there; absent when the whole file is written. */
  from?: string
  /** What is written instead; `‸` stands where the finding must point. */
  to: string
  /** What is changed besides, and is right. */
  also?: { file: string; from: string; to: string }
  /** When the finding belongs elsewhere: the file, and the text it must point at. */
  at?: [file: string, text: string]
  /** What the English mend must say. */
  mend: RegExp
}

/** The files of `sample/` in which mistakes are made. */
export const flow = 'content/flows/locked.yaml'
export const faq = 'content/faq/card.yaml'
export const talk = 'content/faq/talk.yaml'
export const bank = 'content/banks/first.yaml'
export const en = 'locales/en/flows.yaml'
export const enFaq = 'locales/en/faq.yaml'
export const bot = 'locales/en/bot.yaml'

/** Something else stands where this stood. */
export const change = (file: string, from: string, to: string) => ({ file, from, to })
/** A file is written anew as a whole. */
export const write = (file: string, to: string) => ({ file, to })
