import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadContent } from '../../content/index.ts'
import { createSample, removeSamples } from './sample.ts'

const file = 'content/canned/chat.yaml'

const good = `hello:
  title: { ja: ごあいさつ, en: Greeting }
  phrases: { ja: [挨拶] }
  ask:
    name: { ja: 担当者の名前, en: Your name }
  text:
    ja: 担当の{{ask.name}}です。「{{bank.service}}」をご案内します。
    en: I am {{ask.name}}, and I help you with “{{bank.service}}”.
`

function sampleWith(text: string) {
  const sample = createSample()
  mkdirSync(join(sample.dir, 'canned'))
  sample.write(file, text)
  return sample
}

/** One slip of the pen; `‸` stands where the finding must point. */
const slips: { name: string; rule: string; from: string; to: string; mend: RegExp }[] = [
  {
    name: 'a language that is missing',
    rule: 'missing-key',
    from: '    en: I am {{ask.name}}, and I help you with “{{bank.service}}”.\n',
    to: '',
    mend: /en:/,
  },
  {
    name: 'a title in one language',
    rule: 'missing-key',
    from: 'ja: ごあいさつ, en: Greeting',
    to: 'ja: ごあいさつ',
    mend: /en:/,
  },
  {
    name: 'a text that is empty',
    rule: 'empty-text',
    from: 'en: Greeting',
    to: 'en: ""',
    mend: /Write the text/,
  },
  {
    name: 'a variable that nobody is asked for',
    rule: 'unknown-asked',
    from: '    ja: 担当の{{ask.name}}',
    to: '    ja: ‸当{{ask.form}}の{{ask.name}}',
    mend: /Add “form/,
  },
  {
    name: 'a mistyped variable of the bank',
    rule: 'unknown-bank-variable',
    from: '    ja: 担当の{{ask.name}}です。「{{bank.service}}」',
    to: '    ja: ‸担当の{{ask.name}}です。「{{bank.servise}}」',
    mend: /bank\.service/,
  },
  {
    name: 'a value that is asked for and not used',
    rule: 'unused-asked',
    from: '    en: I am {{ask.name}}',
    to: '    en: ‸I am here',
    mend: /ask\.name/,
  },
  {
    name: 'braces that are not right',
    rule: 'malformed-variable',
    from: '    en: I am',
    to: '    en: ‸Hello {{ask name}} I am',
    mend: /two plain braces/,
  },
  {
    name: 'a text that asks for a secret',
    rule: 'asks-secret',
    from: '    ja: 担当の',
    to: '    ja: ‸暗証番号を教えてください。担当の',
    mend: /Never ask/,
  },
  {
    name: 'an English text that asks for a secret',
    rule: 'asks-secret',
    from: '    en: I am',
    to: '    en: ‸Please tell me your PIN. I am',
    mend: /Never ask/,
  },
  {
    name: 'a text longer than LINE takes',
    rule: 'text-too-long',
    from: '    ja: 担当の',
    to: `    ja: ‸${'長'.repeat(5001)}`,
    mend: /at most 5000/i,
  },
  { name: 'an unknown entry', rule: 'unknown-key', from: '  phrases:', to: '  ‸phrase:', mend: /phrases/ },
  { name: 'a name that is none', rule: 'bad-id', from: 'hello:', to: '‸Hello:', mend: /small letter/ },
]

describe('the canned responses', () => {
  afterEach(removeSamples)

  it('come with every language, the bank’s names filled in, and what the agent is asked for left open', () => {
    const { desk, findings } = loadContent(sampleWith(good).place())
    expect(findings).to.deep.equal([])
    const hello = desk?.canned.get('hello')
    expect(hello?.text.ja).to.match(/^担当の\{\{ask\.name\}\}です。「[^{]+」をご案内します。$/)
    expect(hello?.text.en).to.match(/^I am \{\{ask\.name\}\}, and I help you with “[^{]+”\.$/)
    expect([...(hello?.ask ?? [])]).to.deep.equal([['name', { ja: '担当者の名前', en: 'Your name' }]])
    expect(hello?.phrases).to.deep.equal({ ja: ['挨拶'], en: [] })
  })

  for (const { name, rule, from, to, mend } of slips)
    it(`are refused with ${name} (${rule}), which is said where it stands`, () => {
      expect(good).to.include(from)
      const spoilt = good.replace(from, () => to)
      const { content, findings } = loadContent(sampleWith(spoilt.replace('‸', '')).place())
      expect(content).to.equal(undefined)
      expect(findings.map((one) => one.rule)).to.include(rule)
      const found = findings.find((one) => one.rule === rule)
      expect(found?.mend).to.match(mend)
      expect(`${found?.what}${found?.mend}`).not.to.match(/undefined|\{\{\w+\}\}/)
      expect(found?.file).to.equal(file)
      if (!spoilt.includes('‸')) return
      const before = spoilt.slice(0, spoilt.indexOf('‸')).split('\n')
      expect({ line: found?.line, column: found?.column }).to.deep.equal({
        line: before.length,
        column: (before.at(-1) ?? '').length + 1,
      })
    })

  it('change the version of the content', () => {
    const versions = [good, good.replace('ごあいさつ', 'ご挨拶')].map((text) =>
      loadContent(sampleWith(text).place()),
    )
    expect(versions[0]?.desk?.version).to.equal(versions[0]?.content?.version)
    expect(versions[0]?.desk?.version).not.to.equal(versions[1]?.desk?.version)
  })

  it('may stand once under a name, over all files', () => {
    const sample = sampleWith(good)
    sample.write('content/canned/more.yaml', good)
    expect(loadContent(sample.place()).findings.map(({ rule }) => rule)).to.deep.equal(['duplicate-id'])
  })
})
