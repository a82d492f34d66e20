import { expect } from 'chai'
import { createLog } from '../../bot/log.ts'
import type { Store } from '../../bot/store/index.ts'
import { openSqlite } from '../../bot/store/sqlite.ts'
import { type Bot, takeTurns } from '../../bot/turn.ts'

/** A bot that counts its turns in the state, and takes its time. */
function counting(more: Partial<Bot> = {}): Bot {
  return {
    allowedDigits: [],
    expectsDigits: () => false,
    apology: () => ({ type: 'message', text: 'sorry' }),
    async reply({ state, activity }) {
      const count = ((state as { count: number } | undefined)?.count ?? 0) + 1
      await new Promise((resolve) => setImmediate(resolve))
      const said = [{ type: 'message', text: `${count}: ${activity.text}` }]
      return { said, state: { count }, requests: [], passes: [], trace: { event: 'counted' } }
    },
    ...more,
  }
}

const message = (eventId: string, conversation = 'c1', text = eventId) => ({
  channel: 'test',
  eventId,
  conversation,
  activity: { type: 'message', text },
  logged: true,
})

describe('the taking of turns', () => {
  let store: Store
  const log = createLog('silent')

  beforeEach(() => {
    store = openSqlite(':memory:')
  })
  afterEach(() => store.close())

  const answers = async (conversation = 'c1') => {
    const all = await store.activities(conversation, 0, 1000)
    return all.map(({ activity }) => activity).filter(({ from }) => from?.role === 'bot')
  }

  it('counts a hundred messages that come to one conversation at once as a hundred, in their order', async () => {
    const turns = takeTurns({ store, bot: () => counting(), log })
    const ids = Array.from({ length: 100 }, (_, i) => `m${i}`)
    await Promise.all(ids.map((id) => turns.accept(message(id))))
    await turns.idle()
    expect((await store.conversation('c1'))?.state).to.deep.equal({ count: 100 })
    expect((await answers()).map(({ text }) => text)).to.deep.equal(ids.map((id, i) => `${i + 1}: ${id}`))
  })

  it('takes turns of different conversations side by side', async () => {
    let now = 0
    let most = 0
    const bot = counting()
    const reply: Bot['reply'] = async (heard) => {
      most = Math.max(most, ++now)
      const result = await bot.reply(heard)
      now--
      return result
    }
    const turns = takeTurns({ store, bot: () => ({ ...bot, reply }), log })
    await Promise.all(['a', 'b', 'c'].map((id) => turns.accept(message('m', id, id)).catch(() => undefined)))
    await Promise.all(['a', 'b', 'c'].map((id) => turns.accept(message(`m-${id}`, id))))
    await turns.idle()
    expect(most).to.be.greaterThan(1)
  })

  it('runs a turn again on what another writer has left', async () => {
    let isFirst = true
    const bot = counting()
    const reply: Bot['reply'] = async (heard) => {
      const result = await bot.reply(heard)
      if (isFirst) {
        isFirst = false
        await store.accept(message('other'))
        const { version } = (await store.conversation('c1'))!
        const turn = { conversation: 'c1', channel: 'test', version, state: { count: 40 }, eventId: 'other' }
        await store.commit({ ...turn, eventChannel: 'test', said: [], requests: [] })
      }
      return result
    }
    const turns = takeTurns({ store, bot: () => ({ ...bot, reply }), log })
    await turns.accept(message('m1'))
    await turns.idle()
    expect((await store.conversation('c1'))?.state).to.deep.equal({ count: 41 })
    expect((await answers()).map(({ text }) => text)).to.deep.equal(['41: m1'])
  })

  it('are counted while we work at them, and not while they wait for the outside', async () => {
    await store.open('c1', 'test')
    const answer = Promise.withResolvers<void>()
    const steps: number[] = []
    const bot = counting()
    const reply: Bot['reply'] = async (heard) => {
      steps.push(turns.busy)
      await heard.accepted?.()
      steps.push(turns.busy)
      await answer.promise
      return bot.reply(heard)
    }
    const turns = takeTurns({ store, bot: () => ({ ...bot, reply }), log })
    // The first is applied at once, the second waits in its lane.
    for (const id of ['m1', 'm2']) await turns.accept(message(id))
    expect(steps).to.deep.equal([1, 0])
    answer.resolve()
    await turns.idle()
    expect(steps).to.deep.equal([1, 0, 1, 0])
    expect(turns.busy).to.equal(0)
  })

  it('says sorry, keeps the state and goes on when the dialogs have a mistake', async () => {
    const bot = counting()
    const reply: Bot['reply'] = (heard) => {
      if (heard.activity.text === 'bad') throw new Error('a mistake of ours')
      return bot.reply(heard)
    }
    const turns = takeTurns({ store, bot: () => ({ ...bot, reply }), log })
    for (const text of ['good', 'bad', 'fine']) await turns.accept(message(text))
    await turns.idle()
    expect((await answers()).map(({ text }) => text)).to.deep.equal(['1: good', 'sorry', '2: fine'])
  })

  describe('in a quiet conversation', () => {
    beforeEach(() => store.open('c1', 'test'))

    const counted = () => {
      const calls: string[] = []
      const watched = new Proxy(store, {
        get(real, name) {
          if (name === 'accept' || name === 'commit') calls.push(name)
          return Reflect.get(real, name).bind(real)
        },
      })
      return { calls, watched }
    }

    it('stores an event and what came of it by one commit', async () => {
      const { calls, watched } = counted()
      const turns = takeTurns({ store: watched, bot: () => counting(), log })
      const accepted = await turns.accept(message('m1'))
      const logged = await store.activities('c1', 0, 10)
      expect(calls).to.deep.equal(['commit'])
      expect(logged.map(({ activity }) => activity.text)).to.deep.equal(['m1', '1: m1'])
      expect(logged[1]?.activity.replyToId).to.equal(accepted.activityId)
      expect(logged[0]?.activity.id).to.equal(accepted.activityId)
      expect(await store.waiting()).to.deep.equal([])
    })

    it('knows such an event when it comes again, and takes no second turn', async () => {
      const turns = takeTurns({ store, bot: () => counting(), log })
      const { activityId } = await turns.accept(message('m1'))
      expect(await turns.accept(message('m1'))).to.deep.equal({ seen: true, activityId })
      await turns.idle()
      expect((await answers()).map(({ text }) => text)).to.deep.equal(['1: m1'])
    })

    it('stores an event, and says so, before anything outside is asked for it', async () => {
      const asked = Promise.withResolvers<string[]>()
      const answer = Promise.withResolvers<void>()
      const bot = counting()
      const reply: Bot['reply'] = async (heard) => {
        await heard.accepted?.()
        asked.resolve(await store.waiting())
        await answer.promise
        return bot.reply(heard)
      }
      const turns = takeTurns({ store, bot: () => ({ ...bot, reply }), log })
      expect(await turns.accept(message('m1'))).to.deep.include({ seen: false })
      expect(await asked.promise).to.deep.equal(['c1'])
      answer.resolve()
      await turns.idle()
      expect((await answers()).map(({ text }) => text)).to.deep.equal(['1: m1'])
    })

    it('comes after what another process has stored while the bank was about to be asked', async () => {
      let isFirst = true
      const bot = counting()
      const reply: Bot['reply'] = async (heard) => {
        if (isFirst) await store.accept(message('other'))
        isFirst = false
        await heard.accepted?.()
        return bot.reply(heard)
      }
      const turns = takeTurns({ store, bot: () => ({ ...bot, reply }), log })
      const { activityId } = await turns.accept(message('m1'))
      await turns.idle()
      const logged = (await store.activities('c1', 0, 10)).map(({ activity }) => activity)
      expect(logged.map(({ text }) => text)).to.deep.equal(['other', 'm1', '1: other', '2: m1'])
      expect(logged[3]?.replyToId).to.equal(activityId)
    })

    it('takes the turn again when an agent has written meanwhile', async () => {
      let isFirst = true
      const bot = counting()
      const press = { eventId: 'press', eventChannel: 'desk', isNew: true, requests: [] }
      const said = [{ type: 'message', text: 'hello', from: { id: 'agent', name: '', role: 'agent' } }]
      const reply: Bot['reply'] = async (heard) => {
        const change = { conversation: 'c1', channel: 'test', version: 0, state: { count: 7 }, said }
        if (isFirst) await store.commit({ ...change, ...press })
        isFirst = false
        return bot.reply(heard)
      }
      const turns = takeTurns({ store, bot: () => ({ ...bot, reply }), log })
      await turns.accept(message('m1'))
      await turns.idle()
      const logged = await store.activities('c1', 0, 10)
      expect(logged.map(({ activity }) => activity.text)).to.deep.equal(['hello', 'm1', '8: m1'])
    })

    it('commits nothing of an event that could not be stored, so that it can come again', async () => {
      let failures = 1
      const failing = new Proxy(store, {
        get: (real, name) =>
          name === 'accept' && failures-- > 0
            ? () => Promise.reject(new Error('database or disk is full'))
            : Reflect.get(real, name).bind(real),
      })
      const bot = counting()
      const reply: Bot['reply'] = async (heard) => {
        await heard.accepted?.()
        return bot.reply(heard)
      }
      const turns = takeTurns({ store: failing, bot: () => ({ ...bot, reply }), log })
      const refused = await turns.accept(message('m1')).catch((error: Error) => error.message)
      expect(refused).to.equal('database or disk is full')
      await turns.idle()
      expect(await store.activities('c1', 0, 10)).to.deep.equal([])
      await turns.accept(message('m1'))
      await turns.idle()
      expect((await answers()).map(({ text }) => text)).to.deep.equal(['1: m1'])
    })

    it('refuses an event when neither it nor its turn can be stored, and takes it when it comes again', async () => {
      let isFull = true
      const full = new Proxy(store, {
        get: (real, name) =>
          isFull && ['accept', 'commit'].includes(String(name))
            ? () => Promise.reject(new Error('database or disk is full'))
            : Reflect.get(real, name).bind(real),
      })
      const turns = takeTurns({ store: full, bot: () => counting(), log })
      const refused = await turns.accept(message('m1')).catch((error: Error) => error.message)
      expect(refused).to.equal('database or disk is full')
      isFull = false
      await turns.accept(message('m1'))
      await turns.idle()
      expect((await answers()).map(({ text }) => text)).to.deep.equal(['1: m1'])
    })
  })

  it('takes no turn of a conversation that is erased before it, and finds no mistake in that', async () => {
    await store.accept(message('m1'))
    const erased = new Proxy(store, {
      get: (real, name) =>
        name === 'pending'
          ? async (conversation: string) => {
              const event = await real.pending(conversation)
              await real.forget(conversation)
              return event
            }
          : Reflect.get(real, name).bind(real),
    })
    const lines: string[] = []
    const watched = createLog('error', { write: (line) => lines.push(line) })
    const turns = takeTurns({ store: erased, bot: () => counting(), log: watched })
    turns.wake('c1')
    await turns.idle()
    expect(lines).to.deep.equal([])
    expect(await store.conversation('c1')).to.equal(undefined)
  })

  it('takes up at the start what was accepted and not applied', async () => {
    await store.accept(message('m1'))
    const turns = takeTurns({ store, bot: () => counting(), log })
    await turns.start()
    await turns.idle()
    expect((await answers()).map(({ text }) => text)).to.deep.equal(['1: m1'])
  })

  it('tries a commit that fails again until the store takes it, and applies the event once', async () => {
    let failures = 3
    const failing: Store = Object.create(store, {
      commit: {
        value: (turn: never) =>
          failures-- > 0 ? Promise.reject(new Error('disk full')) : store.commit(turn),
      },
    })
    for (const name of ['accept', 'pending', 'conversation', 'activities'] as const) {
      Object.defineProperty(failing, name, {
        value: (store[name] as (...args: never[]) => unknown).bind(store),
      })
    }
    const turns = takeTurns({ store: failing, bot: () => counting(), log })
    await turns.accept(message('m1'))
    await turns.idle()
    expect(failures).to.equal(-1)
    expect((await answers()).map(({ text }) => text)).to.deep.equal(['1: m1'])
  })

  it('commits no turn that could not be written down before, and takes it again until it can', async () => {
    await store.open('c1', 'test')
    let failures = 3
    const beforeTurn = () => {
      if (failures-- > 0) throw new Error('The audit log cannot be written')
    }
    const turns = takeTurns({ store, bot: () => counting(), log, beforeTurn })
    await turns.accept(message('m1'))
    expect(await answers()).to.deep.equal([])
    await turns.idle()
    expect(failures).to.equal(-1)
    expect((await answers()).map(({ text }) => text)).to.deep.equal(['1: m1'])
  })

  it('rejects what the store cannot take, so that nobody is told that it was', async () => {
    const full = Object.create(store, { accept: { value: () => Promise.reject(new Error('disk full')) } })
    const turns = takeTurns({ store: full, bot: () => counting(), log })
    const refused = await turns.accept(message('m1')).then(
      () => 'taken',
      () => 'refused',
    )
    expect(refused).to.equal('refused')
  })

  it('stores and logs a secret never, tells the dialogs of it, and lets digits pass where they were asked for', async () => {
    const heard: unknown[] = []
    let expected = false
    const bot = counting({
      expectsDigits: () => expected,
      reply: async ({ activity, state }) => {
        heard.push([activity.text, activity.value, activity.channelData?.masked])
        return { said: [], state: state ?? {}, requests: [], passes: [], trace: { event: 'heard' } }
      },
    })
    const turns = takeTurns({ store, bot: () => bot, log })
    const secret = message('s1', 'c1', '暗証番号は９８７６です')
    await turns.accept({ ...secret, activity: { ...secret.activity, value: { choice: '9876' } } })
    await turns.idle()
    expected = true
    await turns.accept(message('s2', 'c1', '98765432'))
    await turns.idle()
    expect(heard).to.deep.equal([
      ['暗証番号は••••です', undefined, true],
      ['98765432', undefined, undefined],
    ])
    expect(JSON.stringify(await store.activities('c1', 0, 1))).not.to.match(/9876|９８７６/)
  })
})
