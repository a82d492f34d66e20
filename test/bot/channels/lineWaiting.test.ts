import { expect } from 'chai'
import { openLineApi } from '../../../bot/channels/lineApi.ts'
import { LineWaiting } from '../../../bot/channels/lineWaiting.ts'
import { startBadBank } from '../../support/badBank.ts'
import { runKaijo } from '../../support/kaijo.ts'
import { LineCustomer } from '../../support/lineCustomer.ts'
import { type LineStandIn, standInForLine } from '../../support/lineStandIn.ts'
import { until } from '../../support/until.ts'

describe('a LINE customer who waits', () => {
  let line: LineStandIn
  beforeEach(async () => {
    line = await standInForLine()
  })
  afterEach(() => line.end())

  const wait = (isOpen: boolean) => {
    const api = openLineApi({
      apiUrl: line.url,
      token: line.env.LINE_CHANNEL_ACCESS_TOKEN as string,
      secret: 's',
    })
    const busy = () => ({ type: 'text', text: '確認しています。' })
    const waiting = new LineWaiting({
      api,
      busy,
      isOpen: async () => isOpen,
      patience: { dots: 10, token: 40 },
    })
    const token = line.event('Uwaits', {}).replyToken as string
    return {
      waiting,
      token,
      end: waiting.watch({ user: 'Uwaits', conversation: 'c', token, locale: 'ja' }),
      api,
    }
  }

  it('sees the dots, and at the end of the token a word that the answer is coming; the token is then spent', async () => {
    const { waiting, token, api } = wait(true)
    await until(() => line.delivered.length === 1)
    expect(line.calls.map(({ path }) => path)).to.deep.equal([
      '/v2/bot/chat/loading/start',
      '/v2/bot/message/reply',
    ])
    expect(line.calls[0]?.body).to.deep.equal({ chatId: 'Uwaits', loadingSeconds: 20 })
    expect(waiting.settle(token)).to.equal(false)
    await api.close()
  })

  it('sees nothing of it when the answer comes at once, or nothing is to be said', async () => {
    const [quick, silent] = [wait(true), wait(false)]
    expect(quick.waiting.settle(quick.token)).to.equal(true)
    const slow = wait(true)
    await until(() => line.delivered.length === 1)
    expect(line.calls.map(({ body }) => body.replyToken ?? 'dots')).to.deep.equal(['dots', slow.token])
    for (const { api, waiting } of [quick, silent, slow]) {
      waiting.close()
      await api.close()
    }
  })
})

describe('a customer in LINE whose bank is slow', function () {
  this.timeout(300_000)

  it("sees LINE's dots until the answer comes, and the answer is a free reply", async () => {
    const [line, bank] = [await standInForLine(), await startBadBank()]
    const kaijo = await runKaijo({ ...line.env, ...bank.env })
    const customer = new LineCustomer(line, kaijo.url)
    await customer.says('ログオンできない')
    for (const words of ['利用者', '3つともあります']) await customer.taps(words)
    bank.fault = 'hangs without a word'
    const dots = () => line.calls.filter(({ path }) => path === '/v2/bot/chat/loading/start')
    // Once is enough, unless this machine itself stands still for a second.
    for (let words = 'わかります'; dots().length === 0; words = 'リンクを用意し直す')
      await customer.says(words)
    bank.fault = undefined
    expect(dots()[0]).to.deep.include({ body: { chatId: customer.user, loadingSeconds: 20 }, status: 202 })
    expect(customer.reads).to.include('手順 1 / 6')
    expect(customer.got.map(({ by }) => by)).not.to.include('push')
    expect(line.invalid).to.deep.equal([])
    await kaijo.end()
    await line.end()
    await bank.close()
  })
})
