import { expect } from 'chai'
import { joinByNumber, readGuideNumber } from '../../bot/guides.ts'
import { openSqlite } from '../../bot/store/sqlite.ts'
import { type Chat, chat } from '../support/chat.ts'

/** What a chat's last card says of the guide number. */
function numberIn(customer: Chat): string {
  const number = /ご案内番号：(\d{4} \d{4})/.exec(customer.heard.map(({ text }) => text).join('\n'))?.[1]
  if (!number) throw new Error('No guide number was shown.')
  return readGuideNumber(number) as string
}

describe('a guide that goes on at another device', () => {
  /** A customer with a phone, and an administrator who will come with the number. */
  const two = async () => {
    const store = openSqlite(':memory:')
    const phone = chat({ store, device: 'phone' })
    await phone
      .user('ログオンできない')
      .user('利用者')
      .user('3つともあります')
      .user('わかります')
      .bot('手順 1 / 6')
    const pc = chat({ store, device: 'pc', bank: phone.bank, silent: true })
    return { store, phone, pc }
  }

  const join = async (phone: Chat, pc: Chat, number: string) => {
    const joining = { conversation: pc.conversation, channel: 'test', locale: 'ja', device: 'pc' }
    const isIn = await joinByNumber({ store: phone.store, turns: pc.turns }, number, joining)
    await pc.settled()
    await phone.settled()
    return isIn !== undefined
  }

  it('shows a phone no link to open, but a number and the page to type it into', async () => {
    const { phone } = await two()
    await phone.bot('help.example/help', 'ご案内番号', '4821').neverBot(/help\.example\/go\//)
    expect(phone.heard.at(-1)?.card).not.to.have.property('actions')
  })

  it('shows a PC the link, and the number for another PC', () =>
    chat({ device: 'pc' })
      .user('ログオンできない')
      .user('利用者')
      .user('3つともあります')
      .user('わかります')
      .bot('help.example/go/', 'ご案内番号'))

  it('opens at the same step with the real link, and tells the waiting customer', async () => {
    const { phone, pc } = await two()
    expect(await join(phone, pc, numberIn(phone))).to.equal(true)
    await pc
      .bot('ご案内番号を確認しました', '手順 1 / 6', 'help.example/go/', '4821')
      .neverBot(/ご案内番号：/)
    await phone.bot('管理者のパソコンとつながりました', '手順 1 / 6').neverBot(/ご案内番号：/)
    expect(phone.bank.requests).to.have.length(1)
  })

  it('keeps both in step, forward and back, whoever moves', async () => {
    const { phone, pc } = await two()
    await join(phone, pc, numberIn(phone))
    await pc.user('できた・次へ').user('できた・次へ').bot('手順 3 / 6')
    await phone.settled()
    await phone.bot('もう一方の画面に合わせて', '手順 3 / 6')
    await phone.user('できた・次へ').bot('手順 4 / 6')
    await pc.settled()
    await pc.bot('手順 4 / 6').user('戻る').bot('手順 3 / 6')
    await phone.settled()
    await phone.bot('手順 3 / 6').user('戻る').bot('手順 2 / 6')
    await phone
      .user('できた・次へ')
      .user('できた・次へ')
      .user('できた・次へ')
      .user('できた・次へ')
      .user('できた・次へ')
    await pc.settled()
    await pc.bot('銀行からの解除の確認を待っています')
  })

  it('gives a phone a new number when the request that it shared has ended', async () => {
    const { phone, pc } = await two()
    await join(phone, pc, numberIn(phone))
    const { id } = phone.bank.settle('expired')
    await phone.event('unlock.updated', { id, state: 'expired' }).bot('有効期限が切れました', 'ご案内番号：')
    const another = chat({ store: phone.store, device: 'pc', bank: phone.bank, silent: true })
    expect(await join(phone, another, numberIn(phone))).to.equal(true)
    await another.bot('手順 1 / 6', 'help.example/go/')
  })

  it('tells whoever comes with a number how it has ended, when it has', async () => {
    for (const [state, words] of [
      ['cleared', '解除を確認しました'],
      ['rejected', '受け付けられなかった'],
    ] as const) {
      const { phone, pc } = await two()
      phone.bank.settle(state)
      await join(phone, pc, numberIn(phone))
      await pc.bot(words).neverBot(/手順 1/)
    }
  })

  it('tells both when the bank has cleared it, each once', async () => {
    const { phone, pc } = await two()
    await join(phone, pc, numberIn(phone))
    const { id } = phone.bank.settle('cleared')
    for (const customer of [phone, pc]) {
      await customer.event('unlock.updated', { id, state: 'cleared' }).bot('解除を確認しました')
      await customer.event('unlock.updated', { id, state: 'cleared' }).neverBot(/./)
    }
  })

  it('lets a number in once, and never one that is wrong, used or too old', async () => {
    const { store, phone, pc } = await two()
    const number = numberIn(phone)
    expect(await join(phone, pc, '00000000')).to.equal(false)
    expect(await join(phone, pc, number)).to.equal(true)
    expect(await join(phone, pc, number)).to.equal(false)
    expect((await store.pass(number))?.isSpent).to.equal(true)
  })

  it('gives a number that knows a place in the guide and nothing about anybody', async () => {
    const before = Date.now()
    const { store, phone } = await two()
    const { id, expiresAt, isSpent, ...place } = (await store.pass(numberIn(phone)))!
    expect(id).to.match(/^\d{8}$/)
    expect(expiresAt - 10 * 60_000, 'ten minutes after it was made').to.be.within(before, Date.now())
    expect(isSpent).to.equal(false)
    expect(place).to.deep.equal({
      flow: 'service-suspended',
      step: 'unlock/open',
      request: phone.bank.requests[0]?.id,
    })
  })

  it('reads a number as keyboards write it', () => {
    for (const text of [
      '12345678',
      '1234 5678',
      '１２３４５６７８',
      '1234-5678',
      ' １２３４　５６７８ ',
      '1234‐5678',
      '1234ー5678'.replace('ー', '−'),
    ]) {
      expect(readGuideNumber(text), text).to.equal('12345678')
    }
    for (const text of ['', '1234567', '123456789', '1234567a', '一二三四五六七八']) {
      expect(readGuideNumber(text), text).to.equal(undefined)
    }
  })
})
