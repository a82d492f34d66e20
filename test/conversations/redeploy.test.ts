import { expect } from 'chai'
import { openSqlite } from '../../bot/store/sqlite.ts'
import { type Chat, chat } from '../support/chat.ts'
import { Deployment, without } from '../support/deploy.ts'

const flow = 'content/flows/service-suspended.yaml'

describe('new content in the middle of a conversation', () => {
  const store = openSqlite(':memory:')
  let deployment: Deployment

  beforeEach(() => {
    deployment = new Deployment()
  })
  afterEach(() => deployment.end())

  /** The same customer comes back and meets the edited content. */
  const comesBack = (to: Chat): Chat => {
    const { contentDir, localesDir } = deployment
    return chat({ store, conversation: to.conversation, contentDir, localesDir })
  }

  const toStepThree = async () => {
    const customer = chat({ store })
    await customer.user('ログオンできない').user('利用者').user('3つともあります').user('わかります')
    await customer.user('できた・次へ').user('できた・次へ').bot('手順 3 / 6')
    return { customer }
  }

  it('goes on at the same step when one was inserted before it, and counts the new one', async () => {
    const { customer } = await toStepThree()
    deployment.edit(flow, (yaml) =>
      yaml.replace(
        '\n      certificate:\n',
        '\n      wait:\n        do: 画面が開くまで、少しお待ちください。\n        symptoms: []\n\n      certificate:\n',
      ),
    )
    await comesBack(customer)
      .types('もう一度')
      .bot('手順 4 / 7', 'ご契約先暗証番号')
      .types('できた')
      .bot('手順 5 / 7')
  })

  it('goes on with the answers so far when the sentences were rewritten', async () => {
    const customer = chat({ store })
    await customer.user('ログオンできない').user('利用者').user('1つずつ確認します').user('紛失しました')
    deployment.edit(flow, (yaml) => yaml.replaceAll('say: 紛失しました', 'say: 手元にありません'))
    await comesBack(customer)
      .types('2つともわかります')
      .types('使えます')
      .bot('お客様カード再発行依頼書')
      .neverBot(/暗証番号閉塞解除依頼書|電子証明書再発行依頼書/)
  })

  it('takes the customer, with a word of apology, to the step before one that was removed', async () => {
    const { customer } = await toStepThree()
    deployment.edit(flow, (yaml) => {
      const cut = without(yaml, '      pin:')
      return without(cut, '  user-pin-logon:').replace('next: user-pin-logon', 'next: user-pin-guide-ends')
    })
    await comesBack(customer)
      .bot('ご案内の内容が新しくなりました', '手順 2 / 5', '1635')
      .types('できた')
      .bot('手順 3 / 5')
  })

  /** A customer who stands in a guide that the content does not have any more. */
  const inGoneGuide = async () => {
    const { customer } = await toStepThree()
    const state = await customer.state()
    state.run!.flow = 'a-guide-of-yesterday'
    state.stack[0]!.id = 'a-guide-of-yesterday/step'
    const { version, seq } = (await store.conversation(customer.conversation))!
    await store.accept({
      channel: 'test',
      eventId: `old-${seq}`,
      conversation: customer.conversation,
      activity: {},
      logged: false,
    })
    const turn = {
      conversation: customer.conversation,
      channel: 'test',
      version,
      state,
      eventId: `old-${seq}`,
    }
    await store.commit({ ...turn, eventChannel: 'test', said: [], requests: [] })
    return { customer }
  }

  it('starts over, with a word of apology, when the whole guide was removed', async () => {
    const { customer } = await inGoneGuide()
    const back = comesBack(customer)
    await back.bot('ご案内の内容が新しくなりました').types('続き').offers('ログオンできない')
    expect((await back.state()).run).to.equal(undefined)
  })

  it('leads to what can be asked when a button of a removed guide is tapped', async () => {
    const { customer } = await inGoneGuide()
    const { contentDir, localesDir } = deployment
    const { conversation } = customer
    const back = chat({ store, conversation, contentDir, localesDir, silent: true })
    await back.presses({ run: '1', step: 'a-guide-of-yesterday/step', choice: 'done' })
    await back.offers('ログオンできない').neverBot(/先に進んでいます/)
    expect(back.heard.map(({ text }) => text).join()).to.include('ご案内の内容が新しくなりました')
    expect((await back.state()).run).to.equal(undefined)
  })

  it('still answers after nine days, at the step where the customer left', async () => {
    const { customer } = await toStepThree()
    await comesBack(customer).types('できました').bot('手順 4 / 6')
  })
})
