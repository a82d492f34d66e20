import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

export type Locale = 'ja' | 'en'

/** The sentences of the sandbox's screens, from `screens.<locale>.yaml`, with `{{bank.service}}` and the like filled in. */
export type Say = (key: string, vars?: Record<string, string | number>) => string

type Sentences = { [key: string]: string | Sentences }
const sentences: z.ZodType<Sentences> = z.lazy(() => z.record(z.string(), z.union([z.string(), sentences])))

/** A missing sentence is an error at once: a screen with a hole must not pass a test. */
export function openWords(locale: Locale, names: Record<string, string>): Say {
  const file = `screens.${locale}.yaml`
  const flat = flatten(sentences.parse(parse(readFileSync(new URL(file, import.meta.url), 'utf8'))))
  return (key, vars = {}) => {
    const sentence = flat.get(key)
    if (sentence === undefined) throw new Error(`${file} has no sentence "${key}"; write it there`)
    return sentence.replace(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
      const value = vars[name] ?? names[name]
      if (value === undefined)
        throw new Error(`"${key}" in ${file} asks for {{${name}}}, which it is not given`)
      return String(value)
    })
  }
}

/** Every sentence by its key, e.g. `entry.title`. */
export function flatten(tree: Sentences, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flatten(value, `${prefix}${key}.`)],
    ),
  )
}
