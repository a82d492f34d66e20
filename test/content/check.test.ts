import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { loadContent } from '../../content/index.ts'
import { type Mistake, mistakes } from './mistakes.ts'
import { createSample, removeSamples } from './sample.ts'

const root = join(import.meta.dirname, '../..')

describe('the check of the content', () => {
  afterEach(removeSamples)

  it('finds nothing in content that is right', () => {
    expect(loadContent(createSample().place()).findings).to.deep.equal([])
  })

  for (const mistake of mistakes) {
    it(`finds ${mistake.name} (${mistake.rule}) where it stands, says how to mend it, and finds nothing else`, () => {
      const sample = createSample()
      const expected = make(mistake, sample)
      const { findings } = loadContent(sample.place())
      const found = findings.map(({ rule, file, line, column }) => ({ rule, file, line, column }))
      expect(found).to.deep.equal([expected])
      expect(findings[0]?.mend).to.match(mistake.mend)
      expect(findings[0]?.mend).not.to.match(/\{\{|undefined/)
      expect(findings[0]?.what).not.to.include('undefined')
    })
  }

  it('finds several mistakes in several files in one go, in the order of the files', () => {
    const sample = createSample()
    const several = mistakes.filter(({ name }) => /five digits|a mistyped step$|topic too|lost on/.test(name))
    const expected = several.map((mistake) => make(mistake, sample))
    const found = loadContent(sample.place()).findings.map(({ rule, file, line, column }) => ({
      rule,
      file,
      line,
      column,
    }))
    expect(found).to.have.deep.members(expected)
    expect(found.map(({ file }) => file)).to.deep.equal(found.map(({ file }) => file).sort())
  })

  it('measures a button with the longest name that a bank has for what is in it', () => {
    const sample = createSample()
    sample.write(
      'content/flows/locked.yaml',
      sample.read('content/flows/locked.yaml').replace('say: 開き直す', 'say: "{{bank.service}}を開く"'),
    )
    sample.write(
      'locales/en/flows.yaml',
      sample
        .read('locales/en/flows.yaml')
        .replace('relogon: Open it again', 'relogon: Open {{bank.service}}'),
    )
    expect(loadContent(sample.place()).findings).to.deep.equal([])
    sample.write(
      'content/banks/other.yaml',
      sample.read('content/banks/other.yaml').replace('つぎのネット', 'つぎの信用金庫ビジネスインターネット'),
    )
    const rules = loadContent(sample.place()).findings.map(({ rule }) => rule)
    expect(rules).to.deep.equal(['label-too-long', 'label-too-long'])
  })

  it('has words for every rule, the same ones in both languages', () => {
    const [ja, en] = ['ja', 'en'].map(
      (lang): Record<string, Record<string, string>> =>
        parse(readFileSync(join(root, `content/messages.${lang}.yaml`), 'utf8')),
    )
    expect(Object.keys(ja ?? {}).sort()).to.deep.equal(Object.keys(en ?? {}).sort())
    for (const [rule, message] of Object.entries(ja ?? {})) {
      expect(variables(message), rule).to.deep.equal(variables(en?.[rule] ?? {}))
    }
  })

  it('speaks Japanese to a writer unless told otherwise', () => {
    const sample = createSample()
    make(mistakes.find(({ name }) => /a mistyped step$/.test(name))!, sample)
    const { dir, localesDir, bank } = sample
    const [finding] = loadContent({ dir, localesDir, bank }).findings
    expect(finding?.what).to.equal('「redy」という手順も結末もありません。')
    expect(finding?.mend).to.equal('「ready」の間違いではありませんか。')
  })

  it('finds nothing in our own content, in either language, for either bank', () => {
    for (const bank of ['osaka-city', 'minato-example']) {
      const { findings } = loadContent({
        dir: join(root, 'content'),
        localesDir: join(root, 'locales'),
        bank,
        lang: 'en',
      })
      expect(findings).to.deep.equal([])
    }
  })
})

/** Makes the mistake; gives the finding it must lead to. */
function make({ rule, file, from, to, also, at }: Mistake, sample: ReturnType<typeof createSample>) {
  const before = from === undefined ? '' : sample.read(file)
  if (from !== undefined && before.split(from).length < 2)
    throw new Error(`"${from}" does not stand in ${file}.`)
  const marked = from === undefined ? to : before.replace(from, () => to)
  sample.write(file, marked.replace('‸', ''))
  if (also)
    sample.write(
      also.file,
      sample.read(also.file).replace(also.from, () => also.to),
    )
  if (!at) return { rule, file, ...placeIn(marked, marked.indexOf('‸')) }
  const text = at[1] === '' ? '' : sample.read(at[0])
  return { rule, file: at[0], ...placeIn(text, text.indexOf(at[1])) }
}

function placeIn(text: string, offset: number) {
  if (offset < 0) throw new Error('The mistake does not say where it must be found.')
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

function variables(message: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(message).map(([name, text]) => [name, [...new Set(text.match(/\{\{\w+\}\}/g))].sort()]),
  )
}
