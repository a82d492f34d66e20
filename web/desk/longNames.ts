import { element } from '../chat/element.ts'

/**
 * The dot of a list with the quote after it, and what is quoted and longer than a narrow line: in English whatever it
 * is, in Japanese a name. A sentence ends in hiragana or a sign, and the browser knows where to break that.
 */
const special =
  /^・[「“]?|(?<=“)[^”\s]{16,}(?=”)|(?<=「)[^」\s]{16,}(?<=[\p{Script=Han}\p{Script=Katakana}])(?=」)/gmu

/** A text whose long names may break between their words and nowhere else, and whose dots never stand alone on a line. */
export function breakable(text: string): (Node | string)[] {
  const parts: (Node | string)[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(special)) {
    parts.push(text.slice(end, index))
    if (found.startsWith('・')) parts.push(element('span', { class: 'whole' }, found))
    else parts.push(...wordsOf(found).flatMap((word, at) => (at > 0 ? [element('wbr'), word] : [word])))
    end = index + found.length
  }
  return [...parts, text.slice(end)]
}

/** The words, each with the signs that follow it. */
function wordsOf(name: string): string[] {
  const words: string[] = []
  for (const { segment, isWordLike } of new Intl.Segmenter('ja', { granularity: 'word' }).segment(name)) {
    if (isWordLike || words.length === 0) words.push(segment)
    else words.push(`${words.pop()}${segment}`)
  }
  return words
}
