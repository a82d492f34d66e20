import { type Mistake, write } from './mistake.ts'

/** Slips in what the search for answers needs. */
export const search: Mistake[] = [
  {
    name: 'a synonym in two groups',
    rule: 'duplicate-synonym',
    ...write('content/synonyms.yaml', 'words:\n  - [ログオン, ログイン]\n  - [入る, ‸ﾛｸﾞｲﾝ]\n'),
    mend: /one line/,
  },
  {
    name: 'a reading that is not kana',
    rule: 'not-kana',
    ...write('content/synonyms.yaml', 'readings:\n  証明書: ‸shoumeisho\n'),
    mend: /hiragana or katakana/,
  },
]
