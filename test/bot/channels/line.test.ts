import { expect } from 'chai'
import { type Running, runKaijo } from '../../support/kaijo.ts'
import { LineCustomer, type LineStandIn, standInForLine } from '../../support/lineStandIn.ts'

describe('LINE', function () {
  this.timeout(30_000)
  let line: LineStandIn
  let kaijo: Running

  before(async () => {
    line = await standInForLine()
    kaijo = await runKaijo(line.env)
  })
  after(async () => {
    await kaijo.end()
    await line.end()
  })

  it('leads a customer to a step', async () => {
    const customer = new LineCustomer(line, kaijo.url)
    const said = [
      await customer.says('サービスがご利用できなくなりましたと出てログオンできません'),
      await customer.taps('利用者'),
      await customer.taps('3つともあります'),
      await customer.taps('わかります'),
      await customer.taps('できた・次へ'),
      await customer.taps('うまくいかない'),
    ]
    expect(said[4]).to.include('手順 2 / 6')
    expect(customer.got.map(({ by }) => by)).to.deep.equal(Array(6).fill('reply'))
    expect(line.invalid).to.deep.equal([])
  })
})
