const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' })

/** How many characters a person sees: LINE counts labels so. */
export function seen(text: string): number {
  let count = 0
  for (const _ of graphemes.segment(text)) count++
  return count
}

/** Whether a person sees at most so many characters; counting is slow, and there are never more of them than units. */
export function isAtMost(text: string, most: number): boolean {
  return text.length <= most || seen(text) <= most
}

/** The text, or as much of it as `most` seen characters hold, with an ellipsis in the last place. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment)
  return parts.length <= most ? text : `${parts.slice(0, most - 1).join('')}…`
}

/** The same for a limit in UTF-16 units, which never cuts a seen character in two. */
export function fitted(text: string, most: number): string {
  if (text.length <= most) return text
  return `${(split(text, most - 1)[0] ?? '').trimEnd()}…`
}

/**
 * Parts of at most `most` UTF-16 units, cut after a line or a sentence where there is one in the part,
 * else between two seen characters.
 */
export function split(text: string, most: number): string[] {
  const parts: string[] = []
  let part = ''
  for (const piece of sentences(text).flatMap((sentence) => pieces(sentence, most))) {
    if (part.length + piece.length > most) {
      parts.push(part)
      part = ''
    }
    part += piece
  }
  return [...parts, part].filter((words) => words.trim() !== '')
}

function sentences(text: string): string[] {
  return text.match(/[^。！？!?\n]*(?:[。！？!?]+[」』）)]*|\n|$)/gu)?.filter(Boolean) ?? []
}

/** A sentence in pieces of at most `most`; one seen character that is longer than that is cut between code points. */
function pieces(sentence: string, most: number): string[] {
  if (sentence.length <= most) return [sentence]
  const parts: string[] = []
  let part = ''
  const add = (piece: string) => {
    if (part.length + piece.length > most) {
      parts.push(part)
      part = ''
    }
    part += piece
  }
  for (const { segment } of graphemes.segment(sentence)) {
    if (segment.length <= most) add(segment)
    else for (const point of segment) add(point)
  }
  return part === '' ? parts : [...parts, part]
}
