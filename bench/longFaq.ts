import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

type Entries = Record<string, { question: string; answer: string; phrases?: string[] }>

const root = join(import.meta.dirname, '..')

/** Writes a folder with our content and words, and beside them a FAQ of so many entries; whoever asks for it deletes it. */
export function writeLongFaq(entries: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'kaijo-long-'))
  for (const name of ['content', 'locales']) cpSync(join(root, name), join(folder, name), { recursive: true })
  const faq = join(folder, 'content', 'faq')
  const own = Object.assign({}, ...readdirSync(faq).map((name) => read(join(faq, name)))) as Entries
  // One file of the content may have a megabyte.
  const blocks = stringify(madeOf(own, entries)).split(/(?=^entry-\d+00:)/m)
  for (const [at, block] of blocks.entries()) writeFileSync(join(faq, `long-${at}.yaml`), block)
  const english = join(folder, 'locales', 'en', 'faq.yaml')
  const translated = read(english)
  // The answers stay Japanese for the sake of that megabyte.
  const long = Object.entries(madeOf(translated, entries)).map(([id, { answer: _, ...rest }]) => [id, rest])
  writeFileSync(english, stringify({ ...translated, ...Object.fromEntries(long) }))
  return folder
}

function read(file: string): Entries {
  return parse(readFileSync(file, 'utf8')) as Entries
}

/** Entries made of the words of ours, each with a number of its own so that no two are the same question. */
function madeOf(own: Entries, entries: number): Entries {
  const all = Object.values(own).filter(({ phrases }) => phrases)
  const texts = all.flatMap(({ question, phrases = [] }) => [question, ...phrases])
  const part = (i: number) => texts[i % texts.length] as string
  const long: Entries = {}
  for (let i = 0; i < entries; i++) {
    const phrases = [1, 2, 3].map((k) => `${part(i * 7 + k)} ${i}-${k}`)
    const answer = all[i % all.length]?.answer ?? ''
    long[`entry-${i}`] = { question: `${part(i)} ${part(i * 7 + 3)} ${i}`, answer, phrases }
  }
  return long
}
