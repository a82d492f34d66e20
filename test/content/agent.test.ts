import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { agentMark, loadContent } from '../../content/index.ts'
import { createSample, removeSamples, type Sample } from './sample.ts'

const flow = 'content/flows/locked.yaml'
const english = 'locales/en/agents/flows.yaml'

const lines = `    agent:
      read: どなたのロックですか。
      verify: お電話の方か。
      note: 「{{bank.service}}」のこと。
`
const mirror = `locked:
  role:
    read: Whose lock is it?
    verify: Is it the caller?
    note: About “{{bank.service}}”.
`

/** The sample with lines for agents at its first question. */
function sampleWith(own = lines, translated = mirror): Sample {
  const sample = createSample()
  const whole = sample.read(flow)
  sample.write(
    flow,
    whole.replace('    unsure: わから', () => `${own}    unsure: わから`),
  )
  if (translated) {
    mkdirSync(join(sample.localesDir, 'en', 'agents'))
    sample.write(english, translated)
  }
  return sample
}

const rulesOf = (sample: Sample) => loadContent(sample.place()).findings.map(({ rule }) => rule)

describe('the lines for agents', () => {
  afterEach(removeSamples)

  it('come beside the content, in both languages, with the bank’s names; those for agents only are marked', () => {
    const { content, desk, findings } = loadContent(sampleWith().place())
    expect(findings).to.deep.equal([])
    const { read, verify, note } = desk?.lines.get('locked.role') ?? {}
    expect(read).to.deep.equal({ ja: 'どなたのロックですか。', en: 'Whose lock is it?' })
    expect(verify).to.deep.equal({ ja: `${agentMark}お電話の方か。`, en: `${agentMark}Is it the caller?` })
    expect(note?.ja).to.match(new RegExp(`^${agentMark}「[^{]+」のこと。$`))
    expect(JSON.stringify([...(content?.flows.get('locked')?.steps.values() ?? [])])).not.to.include('agent')
    expect(JSON.stringify(content?.sentences)).not.to.include('お電話の方か')
  })

  it('are read in Japanese where they are not translated, and the check says where', () => {
    const { content, desk, findings } = loadContent(
      sampleWith(lines, mirror.replace('    verify: Is it the caller?\n', '')).place(),
    )
    expect(content).not.to.equal(undefined)
    expect(findings.map(({ rule, file }) => ({ rule, file }))).to.deep.equal([
      { rule: 'missing-translation', file: english },
    ])
    expect(desk?.lines.get('locked.role')?.verify?.en).to.equal(`${agentMark}お電話の方か。`)
  })

  it('are missed when their whole translation is not there, and only then', () => {
    expect(rulesOf(sampleWith(lines, ''))).to.deep.equal(['missing-file'])
    expect(rulesOf(createSample())).to.deep.equal([])
  })

  for (const [name, rule, from, to] of [
    ['a mistyped key', 'unknown-key', 'verify:', 'verfy:'],
    ['a line without text', 'empty-text', 'verify: お電話の方か。', 'verify:'],
    ['a variable of no bank', 'unknown-bank-variable', 'bank.service', 'bank.servise'],
    ['a question for a secret', 'asks-secret', 'お電話の方か。', '暗証番号を教えていただく。'],
    [
      'a question for a secret to read aloud',
      'asks-secret',
      'どなたのロックですか。',
      '暗証番号を教えてください。',
    ],
  ] as const)
    it(`are refused with ${name} (${rule})`, () => {
      expect(rulesOf(sampleWith(lines.replace(from, to)))).to.include(rule)
    })

  it('may stand at every kind of step and at outcomes', () => {
    const sample = createSample()
    const at = (line: string, indent: number, name: string) => {
      const pad = ' '.repeat(indent)
      sample.write(
        flow,
        sample.read(flow).replace(line, () => `${line}\n${pad}agent: { note: ${name}のこと。 }`),
      )
    }
    at('    ask: どなたがロックされましたか？', 4, 'role')
    at('    checklist: 2つのものがお手元にありますか？', 4, 'ready')
    at('        ask: カードはありますか？', 8, 'card')
    at('        do: 「解除」を押してください。', 8, 'release')
    at('    ask: 銀行の確認を待っています。', 4, 'confirm')
    at('    text: 銀行が解除を確認しました。', 4, 'solved')
    const { desk, findings } = loadContent(sample.place())
    expect(findings.map(({ rule }) => rule)).to.deep.equal(['missing-file'])
    expect([...(desk?.lines.keys() ?? [])].sort()).to.deep.equal(
      [
        'locked.confirm',
        'locked.outcomes.solved',
        'locked.ready',
        'locked.ready.card',
        'locked.role',
        'locked.unlock.release',
      ].sort(),
    )
  })
})
