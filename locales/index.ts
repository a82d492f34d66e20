import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { i18n } from 'i18next'
import { createInstance } from 'i18next'
import { parse } from 'yaml'
import { type Locale, locales } from './locale.ts'

/** Sentences kept ready in one language; times of the day are among them, so they would grow without end. */
const mostSaid = 4000

/** Every sentence that a customer can read, by its key. */
export interface Words {
  readonly locales: typeof locales
  /** The sentence `namespace:key`; in Japanese when it is not translated. Variables: `{{count}}`, and the bank's `{{bank.…}}` always. */
  t(locale: Locale, key: string, vars?: Record<string, unknown>): string
  /** Whether the sentence is there in this very locale. */
  has(locale: Locale, key: string): boolean
  /** Every sentence of a file of `locales` by its key without the file's name, with its braces as they stand. */
  all(locale: Locale, namespace: string): Record<string, string>
}

/** Where the words are, and for which bank. */
export interface WordsPlace {
  /** The folder with `ja` and `en`. */
  dir: string
  /** The writer's own sentences, from `loadContent`. */
  sentences: Record<string, Record<string, string>>
  /** What `{{bank.…}}` stands for. */
  bank: object
  /** Told of a sentence or a variable that is missing; without it that throws, so that tests see it. */
  onMissing?: (locale: Locale, key: string) => void
}

type Sentences = Record<string, string>

/** Reads every file of `dir`. Throws when one cannot be read: check the content first. */
export function createWords({ dir, sentences, bank, onMissing = refuse }: WordsPlace): Words {
  const resources = { ja: { ...readLocale(join(dir, 'ja')), ...sentences }, en: readLocale(join(dir, 'en')) }
  const speakers = { ja: speaker('ja', resources, bank), en: speaker('en', resources, bank) }
  /** The same key and variables make the same sentence, and one by i18next costs as much as a tenth of a turn. */
  const said = { ja: new Map<string, string>(), en: new Map<string, string>() }

  function say(locale: Locale, key: string, vars?: Record<string, unknown>): string {
    if (!speakers[locale].exists(key, { ...vars, fallbackLng: [] })) onMissing(locale, key)
    const missingInterpolationHandler = (_: string, match: string[]) => {
      onMissing(locale, `${key} ${match[0]}`)
      return ''
    }
    return speakers[locale].t(key, { ...vars, missingInterpolationHandler } as Record<string, unknown>)
  }

  return {
    locales,
    t(locale, key, vars) {
      const whole = vars ? `${key} ${JSON.stringify(vars)}` : key
      const known = said[locale].get(whole)
      if (known !== undefined) return known
      const sentence = say(locale, key, vars)
      if (said[locale].size >= mostSaid) said[locale].clear()
      said[locale].set(whole, sentence)
      return sentence
    },
    all: (locale, namespace) => ({ ...resources.ja[namespace], ...resources[locale][namespace] }),
    has: (locale, key) => speakers[locale].exists(key, { fallbackLng: [] }),
  }
}

/** One i18next for each locale: none of them ever changes its language, so none can mix up two customers. */
function speaker(lng: Locale, resources: Record<Locale, Record<string, Sentences>>, bank: object): i18n {
  const instance = createInstance()
  instance.init({
    lng,
    fallbackLng: 'ja',
    resources,
    ns: Object.keys(resources.ja),
    initAsync: false,
    keySeparator: false,
    showSupportNotice: false,
    interpolation: { escapeValue: false, defaultVariables: { bank } },
  } as Parameters<i18n['init']>[0])
  return instance
}

function readLocale(dir: string): Record<string, Sentences> {
  const namespaces: Record<string, Sentences> = {}
  for (const file of readdirSync(dir)) {
    if (!/^[^.].*\.ya?ml$/.test(file)) continue
    const namespace = file.replace(/\.ya?ml$/, '')
    const value: unknown = parse(readFileSync(join(dir, file), 'utf8'), { maxAliasCount: 0 })
    const isMirror = namespace === 'flows' || namespace === 'faq'
    namespaces[namespace] = Object.fromEntries(flatten('', value, isMirror))
  }
  return namespaces
}

/** `{ step: { done: … } }` → `step.done`. In a mirror of the content `{ say, phrases }` may stand for its `say`. */
function* flatten(path: string, value: unknown, isMirror: boolean): Generator<[string, string]> {
  if (typeof value === 'string') yield [path, value.trimEnd()]
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    if (isMirror && name === 'say') yield* flatten(path, inner, isMirror)
    else if (!isMirror || name !== 'phrases') yield* flatten(path ? `${path}.${name}` : name, inner, isMirror)
  }
}

function refuse(locale: Locale, key: string): never {
  throw new Error(
    `"${key}" is missing in ${locale}: write it in locales/${locale}, or pass the variable it needs.`,
  )
}

export type { Command, Lexicon } from './lexicon.ts'
export { readLexicon } from './lexicon.ts'
export { type Locale, locales } from './locale.ts'
