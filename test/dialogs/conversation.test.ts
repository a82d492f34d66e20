import { expect } from 'chai'
import { chat } from '../support/chat.ts'

const toCard = () =>
  chat().user('ログオンできない').user('利用者').user('1つずつ確認します').bot('お客様カードは、お手元に')

describe('a conversation at any step', () => {
  it('hears a choice however it is said', async () => {
    for (const text of [
      '1',
      '１',
      '①',
      '1番',
      'はい',
      'ええ',
      'あります',
      'ｱﾘﾏｽ',
      'はい、あります。',
      '持っています',
      ' あります！ ',
    ]) {
      await toCard().types(text).bot('管理者の暗証番号は、2つともわかりますか')
    }
    for (const text of [
      '2',
      'いいえ',
      '紛失しました',
      'なくしました',
      '見つからないです',
      'カードは紛失しました',
    ]) {
      await toCard().types(text).types('1').types('1').bot('お客様カード再発行依頼書')
    }
  })

  it('does not take a denial for the choice whose words it holds', () =>
    chat()
      .user('ログオンできない')
      .types('利用者ではないです')
      .neverBot(/お客様カード/)
      .bot('ロックされたのはどなたですか'))

  it('explains a question to whoever is not sure, and asks it again', () =>
    toCard()
      .types('わからない')
      .bot('契約者IDが書かれたカードです', 'お客様カードは、お手元に')
      .offers('あります', '紛失しました'))

  it('asks again when it does not understand, and offers a person from the second time on', () =>
    toCard()
      .types('むにゃむにゃ')
      .bot('うまく読み取れませんでした', 'お客様カードは、お手元に')
      .types('ほげほげ')
      .bot('お力になれず申し訳ありません')
      .offers('あります', '紛失しました', '担当者に相談する')
      .types('ぴよぴよ')
      .offers('あります', '担当者に相談する')
      .types('1')
      .bot('2つともわかりますか')
      .types('むにゃむにゃ')
      .bot('うまく読み取れませんでした'))

  it('goes back over several answers and lets one be changed', () =>
    toCard()
      .user('紛失しました')
      .user('2つともわかります')
      .user('使えます')
      .bot('お客様カード再発行依頼書')
      .user('戻る')
      .bot('電子証明書が入ったパソコン')
      .user('戻る')
      .user('戻る')
      .bot('お客様カードは、お手元に')
      .user('あります')
      .user('間違えてロックされました')
      .user('使えます')
      .bot('暗証番号閉塞解除依頼書')
      .neverBot(/お客様カード再発行依頼書/))

  it('says so at the first question, where there is no way back', () =>
    chat().user('ログオンできない').types('戻る').bot('これが最初の質問です', 'ロックされたのはどなたですか'))

  it('names the symptoms of a step that does not work, gives the hint, and comes back to the step', () =>
    chat()
      .user('ログオンできない')
      .user('利用者')
      .user('3つともあります')
      .user('わかります')
      .user('できた・次へ')
      .user('うまくいかない')
      .bot('どのような状態ですか')
      .user('選択画面が出ない')
      .bot('ブラウザの画面をすべて閉じて', '手順 2 / 6')
      .types('証明書が2つ出る')
      .bot('有効期限が切れていないほう', '手順 2 / 6')
      .user('うまくいかない')
      .user('証明書の期限が切れていた')
      .bot('電子証明書再発行依頼書'))

  it('goes on in the other language in the middle of a step', () =>
    toCard()
      .types('English please')
      .types('english')
      .bot('We go on in English', /card/i)
      .types('yes')
      .bot(/PIN/)
      .event('setLocale', 'ja')
      .bot('日本語でご案内します', '2つともわかりますか'))

  it('starts over at the first question', () =>
    toCard().types('最初から').bot('ロックされたのはどなたですか'))

  it('names a person with what is known so far, and goes back to the same step', () =>
    toCard()
      .user('紛失しました')
      .types('人と話したい')
      .bot('お取引店にご連絡ください', 'お客様カード：紛失しました', '暗証番号をお尋ねすることはありません')
      .user('案内に戻る')
      .bot('2つともわかりますか'))

  it('re-opens an earlier question when its old button would change the answer', async () => {
    const customer = chat().user('ログオンできない')
    await customer
    const admin = customer.offered.find(({ title }) => title === '管理者')
    await customer
      .user('利用者')
      .user('3つともあります')
      .presses(admin?.value)
      .bot('その質問に戻りました', 'ロックされたのはどなたですか')
  })

  it('does nothing but show the current step when a button is pressed twice', async () => {
    const customer = chat().user('ログオンできない')
    await customer
    const user = customer.offered.find(({ title }) => title === '利用者')
    await customer.user('利用者').presses(user?.value).bot('今の案内をもう一度', '3つがお手元にあるか')
    const before = await customer.state()
    await customer
      .presses(user?.value)
      .presses({ run: '99', step: 'nowhere', choice: 'x' })
      .presses({ faq: 'no-such-question' })
    expect((await customer.state()).run).to.deep.equal(before.run)
  })

  it('asks nothing that the question has answered already', async () => {
    await chat()
      .types('利用者のロックを解除したい')
      .bot('3つがお手元にあるか')
      .neverBot(/どなたですか/)
    await chat()
      .types('管理者がロックされました')
      .bot('お取引店でのお手続きが必要')
      .neverBot(/どなたですか/)
  })

  it('answers a question, asks whether that helped, and believes a no', () =>
    chat()
      .types('電子証明書とは何ですか？')
      .bot('このご案内で解決しましたか')
      .user('いいえ')
      .bot('お役に立てず申し訳ありません')
      .offers('担当者に相談する'))

  it('says honestly that it has no answer, and offers topics and a person', () =>
    chat().types('今日の天気は？').bot('答えを持っていません').offers('ログオンできない', '担当者に相談する'))

  it('refuses a PIN, says why, and asks the step again', () =>
    toCard()
      .types('暗証番号は１２３４です')
      .bot('記録せずに消しました', '変更してください', 'お客様カードは、お手元に'))

  it('answers what it cannot read with a kind word', () =>
    toCard()
      .also(() => undefined)
      .types('')
      .bot('写真やファイルは受け取れません', 'お客様カードは、お手元に'))

  it('greets once', () => chat().bot('こんにちは').event('startConversation').neverBot(/./))
})
