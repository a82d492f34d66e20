import { normalise } from '../content/index.ts'
import type { Command, Lexicon } from '../locales/index.ts'
import type { Offered } from './scene.ts'

/** What was understood of a text. */
export type Understood =
  | { kind: 'choice'; id: string }
  | { kind: 'command'; command: Command }
  | { kind: 'unsure' }
  | { kind: 'thanks' }
  | { kind: 'greetings' }
  | { kind: 'no' }
  | { kind: 'other' }

/**
 * Reads a free text against what is offered: exactly, then by number, then as yes or no, then as part of a short
 * sentence. A choice always wins over a command, so that a writer may offer "もう一度" as an answer.
 */
export function understand(text: string, offered: Offered[], lexicon: Lexicon, digits = false): Understood {
  const said = normalise(text)
  if (said === '') return { kind: 'other' }
  const exact = offered.find((choice) => saysExactly(choice, said))
  if (exact) return { kind: 'choice', id: exact.id }
  const command = commandIn(said, lexicon)
  if (command) return { kind: 'command', command }
  const near =
    (digits ? undefined : byNumber(text, offered)) ??
    byYesOrNo(said, offered, lexicon) ??
    byContent(said, offered, lexicon)
  if (near) return { kind: 'choice', id: near.id }
  for (const kind of ['unsure', 'thanks', 'greetings', 'no'] as const) {
    if (lexicon[kind].some((phrase) => normalise(phrase) === said)) return { kind }
  }
  return { kind: 'other' }
}

function saysExactly(choice: Offered, said: string): boolean {
  return ways(choice).includes(said)
}

function ways(choice: Offered): string[] {
  return [choice.say, ...choice.phrases].map(normalise)
}

function commandIn(said: string, lexicon: Lexicon): Command | undefined {
  for (const [command, phrases] of Object.entries(lexicon.commands)) {
    if (phrases.some((phrase) => normalise(phrase) === said)) return command as Command
  }
  return undefined
}

const ORDINALS = ['一', '二', '三', '四', '五', '六', '七', '八', '九']

function byNumber(text: string, offered: Offered[]): Offered | undefined {
  const said = text.normalize('NFKC').trim()
  const number =
    /^(?:no\.?\s*|#)?(\d{1,2}|[一二三四五六七八九])(?:番|番目|つめ|つ目|[.)]|です|でお願いします)*$/i.exec(
      said,
    )?.[1]
  if (!number) return undefined
  const place = ORDINALS.includes(number) ? ORDINALS.indexOf(number) + 1 : Number(number)
  return offered[place - 1]
}

/** "ええ" is はい: a choice that the writer lets はい choose is chosen by every yes. */
function byYesOrNo(said: string, offered: Offered[], lexicon: Lexicon): Offered | undefined {
  for (const words of [lexicon.yes, lexicon.no]) {
    const all = words.map(normalise)
    if (all.includes(said)) return offered.find((choice) => ways(choice).some((way) => all.includes(way)))
  }
  return undefined
}

/** The only choice that makes up at least half of what was said, unless the sentence denies it. */
function byContent(said: string, offered: Offered[], lexicon: Lexicon): Offered | undefined {
  let best: { choice: Offered; length: number } | undefined
  let tied = false
  for (const choice of offered) {
    for (const way of ways(choice)) {
      if (way.length < 2 || way.length * 2 < said.length || !said.includes(way)) continue
      if (denies(said.replace(way, ''), lexicon)) continue
      if (best && best.choice !== choice && best.length === way.length) tied = true
      if (!best || way.length > best.length) {
        best = { choice, length: way.length }
        tied = false
      }
    }
  }
  return tied ? undefined : best?.choice
}

function denies(rest: string, lexicon: Lexicon): boolean {
  return lexicon.negations.some((negation) => rest.includes(normalise(negation)))
}
