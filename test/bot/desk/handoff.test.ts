import { expect } from 'chai'
import { agents, deskChat } from '../../support/deskChat.ts'

describe('a conversation that is handed over', () => {
  it('goes to a person with three lines, and back to the bot at the step where it stopped', async () => {
    const chat = deskChat()
    await chat
      .user('ログオンできない')
      .user('利用者')
      .user('担当者に相談する')
      .bot('担当者におつなぎします', 'ただいま1番目です')
      .offers('待つのをやめる')
      .user('急いでいます')
      .bot('担当者にお伝えします')
      .user('お願いします')
      .also(({ heard }) => void expect(heard).to.deep.equal([]))
    const [handoff] = await chat.store.handoffs(chat)
    expect(handoff?.summary).to.deep.include({ flow: 'service-suspended', step: 'at-hand', locale: 'ja' })
    expect((handoff!.summary as { summary: string[] }).summary).to.have.length(3)
    await chat
      .agent((desk, press) => desk.take(press()))
      .bot('担当者の山田が対応します。')
      .user('できた')
      .also(({ heard }) => void expect(heard).to.deep.equal([]))
      .agent((desk, press) => desk.send({ ...press(), text: 'お手元のカードをご確認ください。' }))
      .bot('お手元のカードをご確認ください。')
      .agent((desk, press) => desk.return(press()))
      .bot('自動のご案内に戻ります', 'お客様カード')
    expect(await chat.store.conversation(chat.conversation)).to.deep.include({ owner: 'bot', agent: null })
    expect((await chat.store.handoffs(chat))[0]).to.deep.include({ how: 'returned', agent: agents.yamada.id })
  })
})
