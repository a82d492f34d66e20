import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import type { Inbound } from '../../bot/store/index.ts'
import { recover, takeEvent, unknownKeys } from '../../bot/unlockEvents.ts'
import type { Deed, UnlockEvent, UnlockState } from '../../unlock/index.ts'
import { createUnlockClient, UnlockNotFound, UnlockUnavailable, writePublicKey } from '../../unlock/index.ts'
import { listenForWebhooks, practise } from '../unlock/practice.ts'
import { visit } from '../unlock/visitor.ts'

const request = '0123456789ABCDEFGHJKMNPQRS'
const news = (state: UnlockState = 'cleared') => ({
  id: 'msg_1',
  update: { id: request, state, at: '2026-04-01T09:00:00.000Z' },
  by: 'callback' as const,
})

describe('the door for the news of the bank', () => {
  let accepted: Inbound[]
  let deeds: Deed[]
  let seen: Set<string>
  beforeEach(() => {
    accepted = []
    deeds = []
    seen = new Set()
  })
  const parts = (state: UnlockState, conversations = ['c1', 'c2']) => ({
    store: { requesters: async () => conversations },
    client: {
      read: async (id: string) => ({
        id,
        state,
        bindingCode: '4821',
        link: 'https://bank.example/',
        createdAt: '',
        expiresAt: '',
      }),
    },
    turns: {
      async accept(inbound: Inbound) {
        const isSeen = seen.has(inbound.eventId)
        seen.add(inbound.eventId)
        if (!isSeen) accepted.push(inbound)
        return { seen: isSeen, activityId: '' }
      },
    },
    audit: { write: (deed: Deed) => void deeds.push(deed) },
  })

  it('tells all who wait what the API says now, not what the news says', async () => {
    expect(await takeEvent(parts('verified'), news('cleared'))).to.equal(2)
    expect(accepted.map(({ conversation, activity }) => [conversation, activity.value])).to.deep.equal([
      ['c1', { id: request, state: 'verified' }],
      ['c2', { id: request, state: 'verified' }],
    ])
  })

  it('asks the API nothing when nobody waits', async () => {
    const away = async () => Promise.reject(new Error('asked'))
    expect(await takeEvent({ ...parts('cleared', []), client: { read: away } }, news())).to.equal(0)
  })

  it('takes the same event once, whichever way it comes, and writes it down once', async () => {
    for (const by of ['callback', 'recovery', 'callback'] as const)
      await takeEvent(parts('cleared'), { ...news(), by })
    expect(accepted).to.have.length(2)
    expect(deeds).to.deep.equal([{ who: 'bank', what: 'callback.verified', request, after: 'cleared' }])
  })

  it('takes nothing while the API cannot be read', async () => {
    const away = async () => Promise.reject(new UnlockUnavailable('away'))
    let error: unknown
    await takeEvent({ ...parts('cleared'), client: { read: away } }, news()).catch((caught) => {
      error = caught
    })
    expect(error).to.be.instanceOf(UnlockUnavailable)
    expect(accepted).to.deep.equal([])
  })
})

describe('the recovery of events that were not delivered', () => {
  const events = Array.from(
    { length: 7 },
    (_, n): UnlockEvent => ({ id: `msg_${n}`, update: { ...news().update, at: String(n) } }),
  )
  /** Pages of three. */
  const feed = (list = events) => ({
    asked: [] as (string | undefined)[],
    async undelivered(after?: string) {
      this.asked.push(after)
      const from = list.findIndex(({ id }) => id === after) + 1
      return { events: list.slice(from, from + 3), more: from + 3 < list.length }
    },
  })

  it('takes all of them at the start, in order, page by page, and asks for those behind them the next time', async () => {
    const client = feed()
    const taken: string[] = []
    const recovery = recover({ client, take: async ({ id }) => taken.push(id) })
    await recovery.now()
    expect(taken).to.deep.equal(events.map(({ id }) => id))
    await recovery.now()
    recovery.stop()
    expect(client.asked).to.deep.equal([undefined, 'msg_2', 'msg_5', 'msg_6'])
    expect(taken).to.have.length(7)
  })

  it('asks an API that gives the same page again, and says that there is more, once', async () => {
    const taken: string[] = []
    const client = { undelivered: async () => ({ events: events.slice(0, 3), more: true }) }
    const recovery = recover({ client, take: async ({ id }) => taken.push(id) })
    await recovery.now()
    recovery.stop()
    expect(taken).to.have.length(6)
  })

  it('takes those behind one that cannot be taken, and tries that one again', async () => {
    let isAway = true
    const taken: string[] = []
    const errors: unknown[] = []
    const take = async ({ id }: { id: string }) => {
      if (id === 'msg_3' && isAway) throw new UnlockUnavailable('away')
      taken.push(id)
    }
    const recovery = recover({ client: feed(), take, onError: (error) => errors.push(error) })
    await recovery.now()
    expect(taken).to.deep.equal(['msg_0', 'msg_1', 'msg_2', 'msg_4', 'msg_5', 'msg_6'])
    expect(errors).to.have.length(1)
    isAway = false
    await recovery.now()
    recovery.stop()
    // Those behind it come again too: their ids make that harmless.
    expect(taken.slice(6)).to.deep.equal(['msg_3', 'msg_4', 'msg_5', 'msg_6'])
  })

  it('does not wait for what the bank has forgotten, or for kinds of news that it does not know', async () => {
    const client = feed([{ id: 'msg_0', update: undefined }, ...events.slice(1)])
    const take = async ({ id }: { id: string }) => {
      if (id === 'msg_1') throw new UnlockNotFound('forgotten')
    }
    const recovery = recover({ client, take })
    await recovery.now()
    await recovery.now()
    recovery.stop()
    expect(client.asked.at(-1)).to.equal('msg_6')
  })

  it('reads again and again, and outlives an API that is away', async () => {
    let times = 0
    const errors: unknown[] = []
    const again = Promise.withResolvers<void>()
    const client = {
      async undelivered() {
        if (++times === 4) again.resolve()
        throw new UnlockUnavailable('away')
      },
    }
    const onError = (error: unknown) => errors.push(error)
    const recovery = recover({ client, take: async () => {}, every: 1, onError })
    await again.promise
    await recovery.now()
    recovery.stop()
    expect(errors).to.have.length.of.at.least(4)
  })

  it('finds at the sandbox what happened while the bot was away', async () => {
    const practice = await practise({ clock: () => new Date() })
    const gone = await listenForWebhooks()
    await gone.close()
    const { id, link } = await practice.request(gone.url)
    await (await visit(practice.url).open(link)).send({ decline: 'yes' })
    const { url, token, publicKeys } = practice
    const client = createUnlockClient({ url, token, callbackUrl: gone.url })
    const taken: string[] = []
    const recovery = recover({
      client,
      take: async ({ update }) => taken.push(`${update.id} ${update.state}`),
    })
    await recovery.now()
    recovery.stop()
    expect(taken).to.deep.equal([`${id} rejected`])
    const other = generateKeyPairSync('ed25519').publicKey
    expect(await unknownKeys(client, [other])).to.deep.equal(publicKeys())
    expect(publicKeys()).not.to.include(writePublicKey(other))
    await practice.end()
  })
})
