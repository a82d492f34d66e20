import type { Text } from './flow.ts'
import type { Phrasing, Reading, Sentence } from './reading.ts'
import { normalise } from './spelling.ts'

/** Checks that no two choices of one step can be meant by the same words. */
export function checkOffers(translations: Sentence[], reading: Reading): void {
  const sayings = new Map<Text, Phrasing[]>()
  const said = [...reading.sentences.values(), ...translations].filter(({ field }) => field === 'say')
  for (const one of [...said, ...reading.phrasings]) {
    const { key, locale, text, place } = one
    sayings.set(key, [...(sayings.get(key) ?? []), { key, locale, text, place }])
  }
  for (const offer of reading.offers) checkOffer(offer, sayings, reading)
}

function checkOffer(offer: Text[], sayings: Map<Text, Phrasing[]>, { report }: Reading): void {
  const taken = new Map<string, Text>()
  for (const key of offer) {
    for (const { locale, text, place } of sayings.get(key) ?? []) {
      const sound = `${locale} ${normalise(text)}`
      const other = taken.get(sound)
      if (other === undefined) taken.set(sound, key)
      else if (other !== key)
        report.add('same-choice', place, { name: text, one: idOf(key), other: idOf(other) })
    }
  }
}

function idOf(key: Text): string {
  return key.slice(key.lastIndexOf('.') + 1)
}
