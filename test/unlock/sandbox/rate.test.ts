import { expect } from 'chai'
import { createRate } from '../../../unlock/sandbox/rate.ts'
import { Refusal } from '../../../unlock/sandbox/refusal.ts'

describe('the rate of the calls of a credential', () => {
  it('refuses what is too much until its window has passed, and says when that is', () => {
    let now = Date.parse('2026-04-01T09:00:00Z')
    const rate = createRate({ calls: 3, seconds: 10 }, () => new Date(now))
    expect([rate.take(), rate.take(), rate.take()].map((headers) => headers.ratelimit)).to.deep.equal([
      '"bot";r=2;t=10',
      '"bot";r=1;t=10',
      '"bot";r=0;t=10',
    ])
    now += 4500
    let refusal: unknown
    try {
      rate.take()
    } catch (error) {
      refusal = error
    }
    expect(refusal).to.be.instanceOf(Refusal).and.include({ status: 429, kind: 'rate-limited' })
    expect((refusal as Refusal).headers).to.include({ 'retry-after': '6', ratelimit: '"bot";r=0;t=6' })
    now += 5500
    expect(rate.take().ratelimit).to.equal('"bot";r=2;t=10')
  })
})
