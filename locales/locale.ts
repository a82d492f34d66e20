/** The languages that customers are spoken to in; the first is the one that every sentence exists in. */
export const locales = ['ja', 'en'] as const

export type Locale = (typeof locales)[number]
