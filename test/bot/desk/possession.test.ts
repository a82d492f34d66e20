import { expect } from 'chai'
import { agents, deskChat } from '../../support/deskChat.ts'
import { atFirstPart, owner, refused, silence, taken, waiting } from './handedOver.ts'

const { yamada, sato } = agents

describe('an agent who has a conversation', () => {
  it('alone can do something with it', async () => {
    const chat = taken()
    await chat
    const { desk, conversation } = chat
    const press = { conversation, agent: sato, key: 'k' }
    expect(await refused(desk.take(press))).to.equal('409 Taken')
    for (const deed of ['return', 'release', 'close'] as const)
      expect(await refused(desk[deed](press)), deed).to.equal('409 NotYours')
    expect(await refused(desk.send({ ...press, text: 'hello' }))).to.equal('409 NotYours')
    expect(await refused(desk.answer({ ...press, pressed: { do: 'back' } }))).to.equal('409 NotYours')
    expect(await refused(desk.transfer({ ...press, to: yamada }))).to.equal('409 NotYours')
    expect(await refused(desk.take({ ...press, conversation: 'nobody' }))).to.equal('404 NotFound')
    expect(await owner(chat)).to.equal('agent')
  })

  it('is one of two who take it at once, and the other is told', async () => {
    const chat = waiting()
    await chat
    const { desk, conversation } = chat
    const takes = await Promise.all(
      [yamada, sato].map((agent) => refused(desk.take({ conversation, agent, key: 'k' }))),
    )
    expect(takes.sort()).to.deep.equal(['409 Taken', 'done'])
    const said = (await chat.store.activities(conversation, 0, 100)).map(
      ({ activity }) => activity.text ?? '',
    )
    expect(said.filter((text) => text.includes('が対応します'))).to.have.length(1)
  })

  it('does nothing twice by a press that is sent again, also after something else has been done', async () => {
    const chat = waiting()
    await chat
    const { desk, conversation } = chat
    const press = { conversation, agent: yamada, key: 'take' }
    await Promise.all([1, 2, 3].map(() => desk.take(press)))
    const send = { conversation, agent: yamada, key: 'send', text: 'こんにちは' }
    await Promise.all([1, 2, 3].map(() => desk.send(send)))
    await desk.return({ ...press, key: 'return' })
    await desk.send(send)
    await desk.take(press)
    expect(await owner(chat)).to.equal('bot')
    const texts = (await chat.store.activities(conversation, 0, 100)).map(({ activity }) => activity.text)
    expect(texts.filter((text) => text === 'こんにちは')).to.have.length(1)
  })

  it('can give it to another one, and a supervisor can take it', async () => {
    const chat = taken()
    await chat
      .agent((desk, press) => desk.transfer({ ...press(), to: sato }))
      .bot('担当者の佐藤が対応します。')
    await chat.agent((desk, press) => desk.takeOver(press())).bot('担当者の山田が対応します。')
    expect(await chat.store.conversation(chat.conversation)).to.deep.include({
      owner: 'agent',
      agent: yamada.id,
    })
  })

  it('moves the script of the customer without a word, and the bot goes on there', async () => {
    const chat = taken()
    const offered = { run: '1', step: 'service-suspended/at-hand' }
    let said = ''
    await chat
      .agent(async (desk, press) => {
        const result = await desk.answer({ ...press(), pressed: { ...offered, choice: 'all' } })
        said = result.said.map(({ text }) => text).join()
      })
      .also(silence)
    expect(said).not.to.equal('')
    const step = (await chat.state()).run?.path.at(-1)?.step
    expect(step).not.to.equal('at-hand')
    await chat.agent((desk, press) => desk.return(press())).bot('自動のご案内に戻ります')
    expect((await chat.state()).stack.at(-1)?.id).to.equal(`service-suspended/${step}`)
    expect((await chat.state()).run?.path.at(-1)?.step).to.equal(step)
  })

  it('can name the step where the bot goes on', async () => {
    const chat = deskChat()
    await atFirstPart(chat)
      .user('担当者')
      .agent((desk, press) => desk.take(press()))
    await chat
      .agent((desk, press) => desk.return({ ...press(), step: 'role' }))
      .bot('自動のご案内に戻ります', 'ロックされたのはどなたですか')
    expect((await chat.state()).run?.path.map(({ step }) => step)).to.deep.equal(['role'])
  })

  it('closes it, and the bot answers when the customer writes again', async () => {
    const chat = taken()
    await chat.agent((desk, press) => desk.close(press())).bot('担当者とのご相談を終わります')
    expect(await owner(chat)).to.equal('closed')
    await chat.event('startConversation').also(silence)
    expect(await owner(chat)).to.equal('closed')
    await chat.user('ありがとう').bot('次の3つがお手元にあるか')
    expect(await owner(chat)).to.equal('bot')
    // The order of handoffs is that of their beginnings.
    await chat.later(1)
    await chat.user('担当者').bot('ただいま1番目です')
    expect((await chat.store.handoffs(chat)).map(({ how }) => how)).to.deep.equal(['closed', null])
  })
})

describe('news of the bank while a person has the conversation', () => {
  /** A customer who has got a link, and then a person. */
  const withLink = () =>
    atFirstPart(deskChat())
      .also(async (chat) => {
        expect((await chat.state()).run?.request).not.to.equal(undefined)
      })
      .user('担当者')

  it('is kept while a person has it and goes on in the script, and told once when the bot goes on', async () => {
    const chat = withLink()
    const back = { run: '1', step: 'service-suspended/unlock/open', do: 'back' }
    await chat
      .agent((desk, press) => desk.take(press()))
      .bankSays('cleared')
      .also(silence)
      .agent(async (desk, press) => {
        const { said } = await desk.answer({ ...press(), pressed: back })
        expect(said.map(({ text }) => text).join()).to.include('利用者の暗証番号')
      })
      .also(silence)
    const [held] = (await chat.state()).held ?? []
    expect([held!.name, (held!.value as { state: string }).state]).to.deep.equal([
      'unlock.updated',
      'cleared',
    ])
    await chat.agent((desk, press) => desk.return(press())).bot('自動のご案内に戻ります', '解除')
    expect((await chat.state()).run?.outcome).not.to.equal(undefined)
    expect((await chat.state()).held).to.equal(undefined)
    await chat.user('もう一度').event('startConversation')
    const { told } = await chat.state()
    expect(told).to.have.length(1)
  })

  it('is told when it is closed, too', async () => {
    const chat = withLink()
    await chat
      .agent((desk, press) => desk.take(press()))
      .bankSays('cleared')
      .also(silence)
    await chat.agent((desk, press) => desk.close(press())).bot('担当者とのご相談を終わります', '解除')
    expect((await chat.state()).run?.outcome).not.to.equal(undefined)
  })

  it('is told at once to a customer who waits, and the waiting goes on', async () => {
    const chat = withLink()
    await chat.bankSays('cleared').bot('解除')
    expect(await owner(chat)).to.equal('queue')
  })

  it('changes the language without a word, for the agent to write in it', async () => {
    const chat = taken()
    await chat.event('setLocale', 'en').also(silence)
    expect((await chat.state()).locale).to.equal('en')
  })
})
