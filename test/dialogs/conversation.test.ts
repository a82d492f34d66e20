import { expect } from 'chai'
import { troublePlace } from '../../dialogs/index.ts'
import { chat } from '../support/chat.ts'
import { buttons, Mind } from '../support/mind.ts'

const toCard = () =>
  chat().user('ログオンできない').user('利用者').user('1つずつ確認します').bot('お客様カードは、お手元に')

describe('a conversation at any step', () => {
  it('hears a choice however it is said', async () => {
    const mind = new Mind()
    const say = async (...texts: string[]) => {
      let reply = await mind.says(undefined, '利用者のロックを解除したい')
      for (const text of ['1つずつ確認します', ...texts]) reply = await mind.says(reply.state, text)
      return reply.said.map(({ text }) => text).join()
    }
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
      'ある',
      '持ってます',
    ]) {
      expect(await say(text), text).to.include('管理者の暗証番号は、2つともわかりますか')
    }
    for (const text of [
      '2',
      'いいえ',
      '紛失しました',
      'なくしました',
      '見つからないです',
      'カードは紛失しました',
      'ないです',
      '無い',
      '持ってないです',
    ]) {
      expect(await say(text, '1', '1'), text).to.include('お客様カード再発行依頼書')
    }
  })

  it('does not take half a yes for a yes', async () => {
    const toPins = () => toCard().user('あります').bot('2つともわかりますか')
    for (const text of ['片方だけわかります', '1つしかわからない', '両方わかりません'])
      await toPins()
        .types(text)
        .bot('パソコンは、使えますか')
        .user('使えます')
        .bot('管理者の暗証番号（お忘れ）')
    for (const text of ['わかりますかも', 'ご契約先だけわかります'])
      await toPins().types(text).bot('2つともわかりますか')
    const inEnglish = chat({ locale: 'en' }).user('I cannot log on').user('A user').user('Check one by one')
    await inEnglish.user('I have it').types('i know only one').user('I can use it').bot('PIN (forgotten)')
  })

  it('hears what became of the PC and its certificate', async () => {
    const toPc = () => toCard().user('あります').user('2つともわかります').bot('パソコンは、使えますか')
    for (const text of ['有効期限が切れています', '期限切れです']) await toPc().types(text).bot('期限切れ）')
    for (const text of ['壊れました', 'パソコンがないです', '証明書が消えました'])
      await toPc().types(text).bot('電子証明書（なし）')
    await toPc().types('期限は切れていません').bot('利用者の暗証番号は、わかりますか')
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

  it('takes no symptom of an earlier step for one of the step whose symptoms are open', () =>
    chat()
      .user('ログオンできない')
      .user('利用者')
      .user('3つともあります')
      .user('わかります')
      .user('できた・次へ')
      .user('できた・次へ')
      .user('うまくいかない')
      .bot('どのような状態ですか')
      // Other steps have a symptom of the same id.
      .presses({ run: '1', step: troublePlace('unlock/release'), choice: 'pin-locked' })
      .neverBot(/暗証番号閉塞解除依頼書/)
      .bot('どのような状態ですか')
      .presses({ run: '1', step: troublePlace('unlock/pin'), choice: 'pin-locked' })
      .bot('暗証番号閉塞解除依頼書'))

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
      .bot('写真・スタンプ・ファイルは受け取れません', 'お客様カードは、お手元に'))

  it('names a person to whoever asks for one in the middle of a step, in whatever words', async () => {
    for (const words of ['人間に代わってください', '身に覚えのない振込がある'])
      await toCard()
        .types(words)
        .bot('担当者へのご相談', 'お取引店にご連絡ください')
        .neverBot(/先ほどの続き/)
        .user('案内に戻る')
        .bot('お客様カードは、お手元に')
  })

  it('takes a sentence that answers the question for the answer', async () => {
    const begun = () => chat().user('ログオンできない').bot('ロックされたのはどなたですか')
    await begun().types('管理者がロックされました').bot('必要な書類を確認します')
    await begun().types('社員のIDがロックされた').bot('3つがお手元にあるか')
    await begun().types('一般ユーザーです').bot('3つがお手元にあるか')
    await begun().types('ロックされたのは利用者です').bot('3つがお手元にあるか')
  })

  it('announces no other way than the one it stays on, and says how to get there', () =>
    chat()
      .user('ログオンできない')
      .user('管理者')
      .types('利用者がロックされた')
      .neverBot(/手順をご案内します/)
      .bot('「最初から」をお選びください', '間違えて、ロックされましたか')
      .user('最初から')
      .bot('ロックされたのはどなたですか'))

  it('forgets what it did not understand as soon as an answer is pressed', () =>
    chat()
      .user('ログオンできない')
      .types('むにゃむにゃ')
      .types('ほげほげ')
      .user('利用者')
      .types('ぴよぴよ')
      .bot('うまく読み取れませんでした'))

  it('shows the outcome again when its last answer is pressed twice, on "again", and in the other language', async () => {
    const customer = toCard().user('紛失しました').user('2つともわかります')
    await customer
    const usable = customer.offered.find(({ title }) => title === '使えます')
    await customer
      .user('使えます')
      .bot('お客様カード再発行依頼書')
      .presses(usable?.value)
      .bot('今の案内をもう一度', 'お客様カード再発行依頼書')
      .offers('戻る', '最初から')
      .types('もう一度')
      .bot('お客様カード再発行依頼書')
      .event('setLocale', 'en')
      .bot('Please go through your branch', 'お客様カード再発行依頼書')
  })

  it('shows the current step for a button that it does not know', async () => {
    for (const command of ['constructor', 'toString', '__proto__', 'nonsense'])
      await toCard().presses({ do: command }).bot('今の案内をもう一度', 'お客様カードは、お手元に')
  })

  it('does not start over by a button of an outcome that lies behind', async () => {
    const customer = toCard()
      .user('紛失しました')
      .user('2つともわかります')
      .user('使えます')
      .offers('最初から')
    await customer
    const restart = customer.offered.find(({ title }) => title === '最初から')
    await customer
      .user('最初から')
      .user('管理者')
      .presses(restart?.value)
      .bot('今の案内をもう一度', '間違えて、ロックされましたか')
  })

  it('greets whoever greets', async () => {
    await chat().types('こんにちは').bot('こんにちは').offers('ログオンできない')
    await chat().types('お世話になっております。').bot('こんにちは').offers('ログオンできない')
    await chat({ locale: 'en' }).types('Hello!').bot('Hello').offers('I cannot log on')
    await toCard()
      .types('こんにちは')
      .bot('お客様カードは、お手元に')
      .neverBot(/うまく読み取れません/)
  })

  it('hears the name of each topic that it offers', async () => {
    const mind = new Mind()
    for (const locale of ['ja', 'en']) {
      const greeted = await mind.hear(undefined, { type: 'conversationUpdate', locale })
      expect(buttons(greeted)).not.to.be.empty
      for (const { title, value } of buttons(greeted)) {
        const typed = await mind.says(greeted.state, title, locale)
        expect(typed.said, title).to.deep.equal((await mind.presses(greeted.state, value)).said)
      }
    }
  })

  it('takes thanks kindly', async () => {
    await toCard().types('ありがとうございます').bot('先ほどの続きです', 'お客様カードは、お手元に')
    await toCard()
      .user('紛失しました')
      .user('2つともわかります')
      .user('使えます')
      .types('ありがとうございました。')
      .bot('お役に立ててよかったです')
  })

  it('hears whether an answer helped, in whatever words', async () => {
    const answered = () => chat().types('電子証明書とは何ですか？').bot('このご案内で解決しましたか')
    await answered().types('解決しました').bot('お役に立ててよかったです')
    await answered().types('ありがとう').bot('お役に立ててよかったです')
    await answered().types('解決しません').bot('お役に立てず申し訳ありません')
    await answered().types('うまくいきません').bot('お役に立てず申し訳ありません')
  })

  it('hears that a step is done from what was done', () =>
    chat()
      .user('利用者のロックを解除')
      .user('3つともあります')
      .user('わかります')
      .types('クリックしました')
      .bot('手順 2 / 6')
      .types('選びました。')
      .bot('手順 3 / 6')
      .types('まだ入力していません')
      .bot('手順 3 / 6'))

  it('asks what does not work when a step is answered with no', () =>
    chat()
      .user('利用者のロックを解除')
      .user('3つともあります')
      .user('わかります')
      .types('いいえ')
      .bot('どのような状態ですか'))

  it('takes "I got it wrong" for the answer where that is one, and for "back" elsewhere', async () => {
    await chat().user('ログオンできない').user('管理者').types('間違えた').bot('お客様カードは、お手元に')
    await toCard().types('間違えた').bot('3つがお手元にあるか')
  })

  it('punctuates English as English is, and heads its tables in words too', async () => {
    const customer = chat({ locale: 'en' }).user('I cannot log on').user('A user').user('I have all three')
    await customer.user('The user knows it').bot('Request number: ').neverBot(/：/)
    for (let step = 1; step <= 4; step++) customer.user('Done, next')
    await customer.bot('“利用中止” (suspended): Meaning', '○: Suspended').neverBot(/：/)
  })

  it('greets once', () => chat().bot('こんにちは').event('startConversation').neverBot(/./))
})
