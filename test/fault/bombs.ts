const laughs = Array.from(
  { length: 30 },
  (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`,
)

const faq = (answer: string) => `bomb:\n  question: どうですか\n  phrases: [どう]\n  answer: "${answer}"\n`

/** Content files that would take a careless reader down, each with the rule that it breaks. */
export const bombs: Record<string, { text: string; rule: string; isYaml?: true }> = {
  'a billion laughs': { text: `l0: &l0 lol\n${laughs.join('\n')}\n`, rule: 'alias' },
  'brackets in brackets': { text: '['.repeat(100_000), rule: 'too-deep' },
  'maps in maps': { text: '{a: '.repeat(100_000), rule: 'too-deep' },
  'lists in lists': { text: '- '.repeat(100_000), rule: 'too-deep' },
  'keys in keys': { text: `${'? '.repeat(100_000)}a`, rule: 'too-deep' },
  // A pattern that looks for links would think about these for minutes.
  'a sentence without end': { text: faq('J+'.repeat(450_000)), rule: 'text-too-long', isYaml: true },
  'an address without end': { text: faq('a.'.repeat(450_000)), rule: 'text-too-long', isYaml: true },
  'fifty megabytes': { text: 'x'.repeat(50 * 1024 * 1024), rule: 'too-big' },
  'merges of merges': {
    text: `a: &a {x: 1}\n${Array.from({ length: 500 }, (_, n) => `m${n}: {<<: [*a, *a, *a]}`).join('\n')}\n`,
    rule: 'alias',
  },
  'a key a hundred times': { text: 'card:\n  question: x\n'.repeat(100), rule: 'duplicate-key' },
  'a function': { text: 'card: !!js/function "function () { process.exit() }"\n', rule: 'yaml-tag' },
  'a tag of a stranger': { text: 'card: !<tag:evil.example,2026:run> {a: 1}\n', rule: 'yaml-tag' },
}
