import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { createDeskSearch, type DeskSearch } from '../../../bot/desk/search.ts'
import { loadContent } from '../../../content/index.ts'
import { createWords } from '../../../locales/index.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const localesDir = join(root, 'locales')
const phrasings = parse(readFileSync(join(import.meta.dirname, 'phrasings.yaml'), 'utf8')) as Record<
  'ja' | 'en',
  [string, string][]
>

describe('the search of the desk', function () {
  this.timeout(20_000)
  let search: DeskSearch

  before(() => {
    const { content, desk } = loadContent({ dir: join(root, 'content'), localesDir, bank: 'osaka-city' })
    const words = createWords({ dir: localesDir, sentences: content!.sentences, bank: content!.bank })
    search = createDeskSearch(content!, desk!, words)
  })

  const first = (text: string, locale: 'ja' | 'en', most = 3) =>
    search({ text, agentLocale: locale, customerLocale: locale, most }).map(({ kind, id }) => `${kind}/${id}`)

  it('has what an agent wants among the first three, in 95 of 100 of at least 60 phrasings', () => {
    const tried = (['ja', 'en'] as const).flatMap((locale) =>
      phrasings[locale].map(([text, wanted]) => ({
        text,
        wanted: wanted.split(' '),
        found: first(text, locale),
      })),
    )
    const missed = tried.filter(({ wanted, found }) => !wanted.some((id) => found.includes(id)))
    expect(tried.length).to.be.at.least(60)
    expect(
      (tried.length - missed.length) / tried.length,
      missed.map(({ text, wanted, found }) => `${text}: ${wanted}, not ${found}`).join('\n'),
    ).to.be.at.least(0.95)
  })

  for (const [typed, wanted] of [
    ['certif', 'faq/certificate-missing'],
    ['smartp', 'faq/mobile-phone'],
    ['カード紛', 'faq/customer-card-lost'],
    ['しょうめいし', 'faq/certificate-missing'],
    ['ﾏｯｼﾛ', 'faq/white-page'],
    ['ぶらう', 'canned/close-browsers'],
    ['anything el', 'canned/closing'],
  ] as const)
    it(`finds ${wanted} first while 「${typed}」 is still being typed`, () => {
      expect(first(typed, 'ja')[0]).to.equal(wanted)
    })

  it('shows each in the agent’s language with the words in the customer’s, and what a canned response asks for', () => {
    const found = search({ text: 'あいさつ', agentLocale: 'ja', customerLocale: 'en', most: 1 })
    expect(found[0]).to.deep.include({
      kind: 'canned',
      id: 'greeting',
      title: '最初のごあいさつ',
      ask: [{ name: 'agent', label: '担当者の名前' }],
    })
    expect(found[0]?.text).to.match(/^Thank you for waiting. My name is \{\{ask\.agent\}\}/)
  })

  it('offers neither small talk nor anything for nothing', () => {
    expect(first('ありがとうございます', 'ja', 50)).not.to.include('faq/thanks')
    expect(first('  ', 'ja')).to.deep.equal([])
  })
})
