import { expect } from 'chai'
import { type Chat, chat } from '../support/chat.ts'

const toTheLink = (customer: Chat) =>
  customer
    .user('ログオンできない')
    .user('利用者')
    .user('3つともあります')
    .user('わかります')
    .bot('手順 1 / 6')

const toTheEnd = (customer: Chat) => {
  for (let step = 1; step <= 6; step++) customer.user('できた・次へ')
  return customer
}

describe('the unlock request in the conversation', () => {
  it('is shown with its host, number, binding code, expiry, the way by hand, and "we never ask for your PIN"', () =>
    toTheLink(chat()).bot(
      'help.example',
      '0000-0000',
      '4821',
      'まで',
      'いつもの方法で',
      '暗証番号をお聞きすることはありません',
    ))

  it('is made once, however often its step is shown again', async () => {
    const customer = toTheLink(chat())
    await customer.types('もう一度').user('できた・次へ').user('戻る').bot('4821')
    expect(customer.bank.requests).to.have.length(1)
  })

  it('is confirmed to the customer once, however often the bank says so', () =>
    toTheEnd(toTheLink(chat()))
      .bankSays('cleared')
      .bot('解除を確認しました')
      .bankSays('cleared')
      .neverBot(/./))

  it('is confirmed in whatever the customer is doing when the bank clears it', () =>
    toTheLink(chat())
      .user('うまくいかない')
      .bot('どのような状態ですか')
      .bankSays('cleared')
      .bot('解除を確認しました'))

  it('is confirmed at once to a customer who asks after the bank has cleared it', () =>
    toTheEnd(toTheLink(chat()))
      .bot('まだ解除は確認できていません')
      .also(({ bank }) => void bank.settle('cleared'))
      .user('もう一度確認する')
      .bot('解除を確認しました'))

  it('is confirmed to a customer who has started over meanwhile, without taking over the new guide', () =>
    toTheLink(chat())
      .types('最初から')
      .bot('ロックされたのはどなたですか')
      .bankSays('cleared')
      .bot('先ほどの利用者のロックが解除されたことを、銀行に確認しました')
      .types('利用者')
      .bot('お客様カード'))

  it('is never called cleared while the bank has not said so, by any button', () =>
    toTheEnd(toTheLink(chat()))
      .neverBot(/解除されたことを確認しました/)
      .user('「—」になりました')
      .bot('操作は完了です', '銀行からの解除の確認は、まだ届いていません')
      .neverBot(/解除されたことを確認しました/)
      .bankSays('cleared')
      .bot('解除を確認しました'))

  it('is replaced by a new one when the bank has refused it', async () => {
    const customer = toTheLink(chat()).bankSays('rejected').bot('受け付けられなかった', '手順 1 / 6')
    await customer
    expect(customer.bank.requests).to.have.length(2)
  })

  it('is never said not to have been used when the bank has refused it or it has expired', async () => {
    for (const [state, words] of [
      ['rejected', '受け付けられなかった'],
      ['expired', '有効期限が切れました'],
    ] as const) {
      const customer = toTheEnd(toTheLink(chat())).bankSays(state).bot(words)
      await customer
        .neverBot(/リンクを使っていない/)
        .user('もう一度確認する')
        .bot(words)
      expect(customer.heard, 'said once').to.have.length(1)
      await customer.user('リンクを用意し直す').bot('手順 1 / 6', '4821')
      expect(customer.bank.requests).to.have.length(2)
    }
  })

  it('is found to have ended by whoever looks, before the bank says so, and said once', async () => {
    const customer = toTheEnd(toTheLink(chat())).also(({ bank }) => void bank.settle('expired'))
    await customer.user('もう一度確認する').bot('有効期限が切れました').offers('リンクを用意し直す')
    await customer.bankSays('expired').neverBot(/./)
  })

  it('is shown again, or made anew, to whoever asks for the link at any step', async () => {
    const customer = toTheLink(chat()).user('できた・次へ').user('できた・次へ').bot('手順 3 / 6')
    await customer.types('新しいリンク').bot('手順 1 / 6', 'help.example/go/')
    expect(customer.bank.requests).to.have.length(1)
    await chat().types('新しいリンク').bot('お困りのことがあれば')
  })

  it('is not needed: without the API the steps go on by hand, and the customer may try the link again', async () => {
    const customer = chat()
    customer.bank.isDown = true
    await toTheLink(customer).bot('リンクがなくても').offers('リンクを用意し直す', 'できた・次へ')
    await customer.user('できた・次へ').bot('手順 2 / 6').user('戻る')
    customer.bank.isDown = false
    await customer.user('リンクを用意し直す').bot('4821')
    await toTheEnd(customer).bot('まだ解除は確認できていません')
  })

  it('says honestly that it cannot see the outcome when no link was used', async () => {
    const customer = chat()
    customer.bank.isDown = true
    await toTheEnd(toTheLink(customer))
      .bot('こちらでは解除を確認できません')
      .neverBot(/待っています/)
  })

  it('says when the bank cannot be asked, and goes on', async () => {
    const customer = toTheLink(chat())
    await customer
    customer.bank.isDown = true
    await toTheEnd(customer)
      .bot('ただいま銀行に確認できません')
      .offers('もう一度確認する', '「—」になりました')
  })
})
