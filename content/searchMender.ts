import { folded } from './spelling.ts'

/** Puts known words in the place of what is one slip away from them; undefined when there is nothing to mend. */
export type Mender = (text: string) => string | undefined

/** A longer text says enough beside its errors. */
const MOST_LETTERS = 80
const LONGEST_WORD = 14
/** A shorter word in kana may be any other. */
const SHORTEST_KANA = 3

/** Words by how they may be written, and by what is left of each when one letter is missing, as SymSpell finds them. */
interface Vocabulary {
  words: Map<string, string>
  near: Map<string, string[]>
  /** What is right as it stands, and never meant by something else. */
  usual: Set<string>
}

interface Letter {
  letter: string
  script: string
  /** Where it stands in the text. */
  from: number
}

/** A text in letters; for each letter, how long the known word is that it stands in, or 0. */
interface Line {
  text: string
  letters: Letter[]
  written: string[]
  cover: number[]
}

interface Mend {
  from: number
  size: number
  word: string
}

/**
 * Makes a mender of words: two neighbours that changed places, a letter too many, too few or another one, a space within,
 * kana instead of kanji. Yields between pieces of work; its return value is the mender.
 * @param words how a word may be written, and the word
 * @param usual what is often written around them
 */
export function* buildMender(
  words: Iterable<readonly [written: string, word: string]>,
  usual: Iterable<string>,
): Generator<void, Mender> {
  const vocabulary: Vocabulary = { words: new Map(), near: new Map(), usual: new Set(usual) }
  let count = 0
  for (const [written, word] of words) {
    learn(vocabulary, folded(written), word)
    if (++count % 64 === 0) yield
  }
  return (text) => {
    const letters = lettersOf(text)
    if (letters.length < 2 || letters.length > MOST_LETTERS) return undefined
    const written = letters.map(({ letter }) => letter)
    const line = { text, letters, written, cover: covered(written, vocabulary) }
    const mended = withMends(line, mendsOf(line, vocabulary))
    return mended === text ? undefined : mended
  }
}

function learn({ words, near }: Vocabulary, written: string, word: string): void {
  const size = [...written].length
  if (size < 2 || size > LONGEST_WORD || words.has(written)) return
  words.set(written, word)
  for (const rest of shortened(written)) {
    const list = near.get(rest)
    if (list) list.push(written)
    else near.set(rest, [written])
  }
}

function shortened(word: string): Set<string> {
  const rests = new Set<string>()
  for (let i = 0; i < word.length; i++) rests.add(word.slice(0, i) + word.slice(i + 1))
  return rests
}

/** Spaces and marks of long vowels do not count, and no word goes over another mark. */
function lettersOf(text: string): Letter[] {
  const letters: Letter[] = []
  let from = 0
  for (const letter of text) {
    const one = folded(letter)
    if (/[\p{L}\p{N}]/u.test(one)) letters.push({ letter: one, from, script: scriptOf(letter) })
    else if (one.trim()) letters.push({ letter: '\n', from, script: '' })
    from += letter.length
  }
  return letters
}

function scriptOf(letter: string): string {
  if (/\p{Script=Han}/u.test(letter)) return 'han'
  if (/[ァ-ヶ]/.test(letter)) return 'katakana'
  return /[ぁ-ゖ]/.test(letter) ? 'hiragana' : 'latin'
}

function covered(written: string[], { words, usual }: Vocabulary): number[] {
  const cover = written.map(() => 0)
  for (let at = 0; at < written.length; ) {
    let size = Math.min(LONGEST_WORD, written.length - at)
    for (; size > 1; size--) {
      const word = written.slice(at, at + size).join('')
      if (words.has(word) || usual.has(word)) break
    }
    if (size > 1) cover.fill(size, at, at + size)
    at += size
  }
  return cover
}

function mendsOf(line: Line, vocabulary: Vocabulary): Mend[] {
  const mends: Mend[] = []
  for (let from = 0; from < line.written.length; ) {
    const mend = longestAt(line, from, vocabulary)
    if (mend) mends.push(mend)
    from += mend?.size ?? 1
  }
  return mends
}

function withMends({ text, letters }: Line, mends: Mend[]): string {
  let mended = ''
  let at = 0
  for (const { from, size, word } of mends) {
    mended += text.slice(at, letters[from]?.from) + word
    at = letters[from + size]?.from ?? text.length
  }
  return mended + text.slice(at)
}

function longestAt(line: Line, from: number, vocabulary: Vocabulary): Mend | undefined {
  const end = line.written.indexOf('\n', from)
  const most = Math.min(LONGEST_WORD + 1, (end < 0 ? line.written.length : end) - from)
  for (let size = most; size > 1; size--) {
    const isRight = !line.cover.slice(from, from + size).includes(0)
    const word = isRight ? rewritten(line, from, size, vocabulary) : meant(line, from, size, vocabulary)
    if (word) return { from, size, word }
  }
  return undefined
}

/** The usual writing of a word that is right, but has a space within or stands in kana only. */
function rewritten(line: Line, from: number, size: number, { words }: Vocabulary): string | undefined {
  const written = line.written.slice(from, from + size).join('')
  const word = words.get(written)
  if (!word) return undefined
  const [first, last] = [line.letters[from], line.letters[from + size - 1]] as [Letter, Letter]
  if (/\s/.test(line.text.slice(first.from, last.from)) && !/[a-z]/.test(written)) return word
  const isWhole = line.cover.slice(from, from + size).every((long) => long === size)
  const isKana = size >= SHORTEST_KANA && /^[ぁ-ゖ]+$/.test(written) && folded(word) !== written
  return isWhole && isKana ? word : undefined
}

/** The word that these letters were to be; undefined when there is none, or more than one. */
function meant(line: Line, from: number, size: number, { words, near }: Vocabulary): string | undefined {
  const written = line.written.slice(from, from + size).join('')
  const keys = new Set<string>()
  for (const rest of [written, ...shortened(written)]) {
    if (words.has(rest)) keys.add(rest)
    for (const key of near.get(rest) ?? []) keys.add(key)
  }
  if (keys.size === 0) return undefined
  const window = line.letters.slice(from, from + size)
  const longest = Math.max(...line.cover.slice(from, from + size))
  const fits = new Set<string>()
  for (const key of keys) {
    const letters = [...key]
    if (letters.length > longest && isSlip(window, letters)) fits.add(words.get(key) as string)
  }
  return fits.size === 1 ? [...fits][0] : undefined
}

/** Whether a word came out like this by one slip; the shorter it is, the fewer slips are believed. */
function isSlip(window: Letter[], word: string[]): boolean {
  const written = window.map(({ letter }) => letter)
  const size = word.length
  const at = word.findIndex((letter, i) => letter !== written[i])
  if (at < 0) return false
  const after = (letters: string[], from: number) => letters.slice(from).join('')
  const least = leastOf(window)
  if (written.length > size) {
    const isKanjiApart =
      size === 2 && window[at]?.script === 'hiragana' && word.every((one) => scriptOf(one) === 'han')
    return at > 0 && (size > least || isKanjiApart) && after(word, at) === after(written, at + 1)
  }
  if (written.length < size) {
    const isWithin = at > 0 && (at < size - 1 || size > least + 1)
    return isWithin && size > least && after(word, at + 1) === after(written, at)
  }
  if (after(word, at + 1) === after(written, at + 1)) return isMistaken(window, word, at, least)
  const isSwap = word[at] === written[at + 1] && word[at + 1] === written[at]
  return isSwap && size >= least && after(word, at + 2) === after(written, at + 2)
}

/** Whether one letter may stand for another: of the same kind or a stray Latin one, and no ending of a verb. */
function isMistaken(window: Letter[], word: string[], at: number, least: number): boolean {
  const right = scriptOf(word[at] as string)
  const wrong = window[at]?.script
  if (right === 'latin' || (right === 'hiragana' && at === word.length - 1)) return false
  if (wrong !== right && wrong !== 'latin' && !(wrong === 'katakana' && right === 'hiragana')) return false
  return word.length >= least + (right === 'han' ? 2 : 3)
}

/** How many letters a word needs to be believed: hiragana and Latin letters stand next to each other by chance. */
function leastOf(window: Letter[]): number {
  const scripts = window.map(({ script }) => script)
  if (scripts.includes('han')) return 2
  if (scripts.includes('katakana')) return 3
  return scripts.includes('hiragana') ? 4 : 5
}
