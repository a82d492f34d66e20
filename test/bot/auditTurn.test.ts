import { expect } from 'chai'
import { deedsOf } from '../../bot/auditTurn.ts'

const request = '0123456789ABCDEFGHJKMNPQRS'

describe('what a turn writes into the audit log', () => {
  const turn = {
    conversation: 'c',
    channel: 'line',
    event: {},
    before: undefined,
    after: { told: [] },
    requests: [],
    passes: [],
  }

  it('is a request made, its link shown and its guide number made', () => {
    const passes = [
      { id: 'ABCDEFGHJKMNPQRSTVWXYZ0123', request },
      { id: '12345678', request },
    ]
    expect(deedsOf({ ...turn, requests: [request], passes })).to.deep.equal([
      { who: 'customer', what: 'request.created', request, conversation: 'c', where: 'line' },
      { who: 'bot', what: 'link.shown', request, conversation: 'c', where: 'line' },
      { who: 'bot', what: 'guide.made', request, conversation: 'c', where: 'line' },
    ])
  })

  it('is an end that the customer was told, by the bank or because the customer asked, once', () => {
    const event = { name: 'unlock.updated', value: { id: request, state: 'expired' } }
    const told = { who: 'bot', what: 'customer.told', request, conversation: 'c', where: 'line' }
    expect(deedsOf({ ...turn, event, after: { told: [request] } })).to.deep.equal([
      { ...told, after: 'expired' },
    ])
    expect(deedsOf({ ...turn, after: { told: [request] } })).to.deep.equal([{ ...told, after: 'cleared' }])
    expect(
      deedsOf({ ...turn, event, before: { told: [request] }, after: { told: [request] } }),
    ).to.deep.equal([])
    expect(deedsOf({ ...turn, event })).to.deep.equal([])
  })
})
