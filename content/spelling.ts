/** Makes spellings of the same words equal: width, case, kana, long vowels, spaces, punctuation and what cannot be seen. */
export function normalise(text: string): string {
  return folded(plain(text)).replace(/[\s'’"“”「」『』・、。，．,.!?！？…~〜～-]/g, '')
}

/** One width and case for all letters, without halves of letters and marks that nobody sees. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cf}\p{Variation_Selector}\ufffd]/gu, '')
}

/** Katakana as hiragana, without the marks of long vowels. */
export function folded(text: string): string {
  return text
    .replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(/[ー～〜]/g, '')
}
