/** Makes spellings of the same words equal: width, case, kana, long vowels, spaces and punctuation. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(/[\s'’"“”「」『』・、。，．,.!?！？…~〜～ー-]/g, '')
}
