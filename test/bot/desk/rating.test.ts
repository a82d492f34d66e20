import { expect } from 'chai'
import { type DeskChat, deskChat } from '../../support/deskChat.ts'

describe('a customer whose chat an agent has closed', () => {
  const closed = (options: Parameters<typeof deskChat>[0] = {}) =>
    deskChat(options)
      .user('ログオンできない')
      .user(options.locale === 'en' ? 'A user' : '利用者')
      .user(options.locale === 'en' ? 'talk to a person' : '担当者')
      .agent((desk, press) => desk.take(press()))
      .agent((desk, press) => desk.close(press()))
  const rating = async ({ store, conversation }: DeskChat) =>
    (await store.handoffs({ conversation })).map((handoff) => handoff.rating)
  const rated = async ({ store }: DeskChat) =>
    (await store.counts('0000', '9999'))
      .filter(({ step }) => step === 'handoff')
      .map(({ what, detail, times }) => `${what} ${detail} ${times}`.replace('  ', ' '))

  it('is asked once how the agent was, and answers with one tap', async () => {
    const one = closed()
    await one
      .bot('担当者とのご相談を終わります', '担当者の対応について教えてください')
      .offers('とても満足', '満足', 'どちらでもない', '不満', 'とても不満', '今は答えない')
      .user('満足')
      .bot('ありがとうございました')
    expect(await rating(one)).to.deep.equal([4])
    expect(await rated(one)).to.deep.equal(['asked 1', 'rated 4 1'])
  })

  it('is asked in English by whoever speaks English, and may write the answer', async () => {
    const one = closed({ locale: 'en' })
    await one.offers('Very satisfied', 'Not now').types('very dissatisfied').bot('Thank you')
    expect(await rating(one)).to.deep.equal([1])
  })

  it('leaves no line in the conversation, where agents would read it: neither by a tap nor in words', async () => {
    for (const act of ['tap', 'words'] as const) {
      const one = closed()
      await one
      const before = (await one.store.activities(one.conversation, 0, 100)).length
      await (act === 'tap' ? one.user('不満') : one.types('不満'))
      const log = await one.store.activities(one.conversation, before, 100)
      expect(await rating(one)).to.deep.equal([2])
      expect(log.map(({ activity }) => activity.type)).to.include('messageDelete')
      expect(JSON.stringify(log)).not.to.include('不満').and.not.to.include('choice')
    }
  })

  it('leaves none either when the process dies as soon as the turn is committed', async () => {
    const one = closed()
    await one
    one.store.erase = () => new Promise(() => {})
    await one.presses({ do: 'rate', choice: '2' })
    const log = await one.store.activities(one.conversation, 0, 100)
    expect(await rating(one)).to.deep.equal([2])
    expect(log.map(({ activity }) => activity.value)).not.to.deep.include({ do: 'rate', choice: '2' })
    expect(log.filter(({ activity }) => activity.type === 'messageDelete')).to.have.length(1)
  })

  it('goes on without answering: whatever else is written goes its usual way', async () => {
    const one = closed()
    await one.user('1').bot('利用者の暗証番号は、わかりますか')
    expect(await rating(one)).to.deep.equal([null])
    await one.types('不満').neverBot(/ありがとう/)
    expect(await rated(one)).to.deep.equal(['asked 1'])
  })

  it('may skip it, and is not counted', async () => {
    const one = closed()
    await one.user('今は答えない').bot('承知しました')
    expect([await rating(one), await rated(one)]).to.deep.equal([[null], ['asked 1']])
    await one.user('利用者').bot('次の3つがお手元にあるか')
  })

  it('may answer later by the button, and counts once however often it is pressed', async () => {
    const one = closed()
    const five = { do: 'rate', choice: '5' }
    await one.user('はい').presses(five).bot('ありがとうございました').presses(five)
    await one.presses({ do: 'rate', choice: '1' })
    expect([await rating(one), await rated(one)]).to.deep.equal([[5], ['asked 1', 'rated 5 1']])
    await one.presses({ do: 'rate', choice: '__proto__' }).presses({ do: 'rate' })
    expect(await rating(one)).to.deep.equal([5])
  })

  it('may answer while waiting for another person, who is told nothing of it', async () => {
    const one = closed()
    await one.user('担当者').presses({ do: 'rate', choice: '2' }).bot('ありがとう', 'ただいま1番目です')
    expect(await rating(one)).to.have.members([2, null])
    const other = closed()
    await other.user('担当者').agent((desk, press) => desk.take({ ...press(), key: 'again' }))
    await other.presses({ do: 'rate', choice: '4' })
    expect(other.heard).to.deep.equal([])
    expect(await rating(other)).to.have.members([4, null])
    expect((await other.store.conversation(other.conversation))?.owner).to.equal('agent')
  })

  it('is not asked when the bank has something to say that matters more', async () => {
    const one = deskChat()
    await one.user('ログオンできない').user('利用者').user('3つともあります').user('わかります')
    await one
      .user('担当者')
      .agent((desk, press) => desk.take(press()))
      .bankSays('rejected')
    await one.agent((desk, press) => desk.close(press()))
    expect(one.heard.map(({ text }) => text).join()).not.to.include('担当者の対応について')
  })
})
