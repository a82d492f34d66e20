import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { pressed, recordWalk } from '../../bench/walk.ts'
import { deedsOf, writesDeeds } from '../../bot/auditTurn.ts'
import type { Deed } from '../../unlock/index.ts'
import { runKaijo } from '../support/kaijo.ts'
import { Mind } from '../support/mind.ts'

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

  it('is the same once when the turn is run again, but each link that was drawn', () => {
    const written: Deed[] = []
    const write = writesDeeds({ write: (deed) => void written.push(deed) })
    const drawn = { ...turn, requests: [request], passes: [{ id: 'ABCDEFGHJKMNPQRSTVWXYZ0123', request }] }
    for (let n = 0; n < 2; n++) write(drawn)
    expect(written.map(({ what }) => what)).to.deep.equal(['request.created', 'link.shown', 'link.shown'])
  })

  it('stands there before the turn is committed', async () => {
    const kaijo = await runKaijo()
    const commit = kaijo.store.commit.bind(kaijo.store)
    let before = ''
    kaijo.store.commit = (taken) => {
      if (taken.requests.length > 0) before = readFileSync(join(kaijo.dir, 'audit.log'), 'utf8')
      return commit(taken)
    }
    const walk = await recordWalk(new Mind(), ['user', 'all', 'known'])
    for (const [n, press] of walk.entries()) {
      const activity = pressed(press, 1)
      await kaijo.turns.accept({
        ...{ channel: 'test', eventId: `e${n}`, conversation: 'c', activity, logged: true },
      })
      await kaijo.turns.idle()
    }
    await kaijo.end()
    expect(before).to.include('"what":"request.created"').and.include('"where":"test"')
  })
})
