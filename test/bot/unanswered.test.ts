import { expect } from 'chai'
import { ownFaq } from '../../bench/ownFaq.ts'
import { groupsOf, propose } from '../../bot/unanswered.ts'

const { content, locales, sentence } = ownFaq()
const asked = (question: string, locale = 'ja') => ({ question, locale, kind: 'none', at: 0 })

describe('questions without an answer', function () {
  this.timeout(180_000)
  const groups = groupsOf(
    [
      asked('今日の天気は'),
      asked('証明書を引っ越しさせたい'),
      asked('しょうめいしょを引っ越しさせたいです'),
      asked('証明書を引っ越しさせたい'),
    ],
    content.lexis.readings,
  )

  it('stand together when they sound alike, the most frequent first', () => {
    expect(groups.map(({ times, questions }) => [times, questions[0]?.question])).to.deep.equal([
      [3, '証明書を引っ越しさせたい'],
      [1, '今日の天気は'],
    ])
  })

  it('become a line of the nearest entry, which says what else it would answer or break', () => {
    const moving = groupsOf([asked('証明書を引っ越しさせたい')], content.lexis.readings)
    const alike = groupsOf([asked('電子証明書をほかへ引っ越しさせたい')], content.lexis.readings)
    const proposal = propose(moving[0] as (typeof moving)[0], [...moving, ...alike], {
      content,
      locales,
      sentence,
    })
    expect(content.faq.has(proposal.entry ?? '')).to.equal(true)
    expect(proposal.phrase).to.equal('証明書を引っ越しさせたい')
    expect(proposal.captures).to.deep.equal(['電子証明書をほかへ引っ越しさせたい'])
    for (const { phrase, entry } of proposal.breaks)
      expect(content.faq.get(entry)?.phrases.ja).to.include(phrase)
  })

  it('have no line when nothing comes near', () => {
    const weather = groups[1] as (typeof groups)[0]
    expect(propose(weather, groups, { content, locales, sentence }).entry).to.equal(undefined)
  })
})
