import { expect } from 'chai'
import { type BadBank, startBadBank } from '../support/badBank.ts'
import { mishaps, plans, World } from './unlockWorld.ts'

describe('"cleared" is said after a confirmed read, once, whatever goes wrong between the callback and the message', function () {
  this.timeout(240_000)
  let signer: BadBank
  before(async () => {
    signer = await startBadBank()
  })
  after(() => signer.close())

  const ways = {
    'by the commit of the turn': {
      isApart: false,
      points: ['store.requesters', 'bank.read', 'turns.accept', 'store.free', 'bot.reply', 'store.commit'],
    },
    'and applied later': {
      isApart: true,
      points: [
        ...['store.requesters', 'bank.read', 'turns.accept', 'store.accept'],
        ...['store.pending', 'store.conversation', 'bot.reply', 'store.commit'],
      ],
    },
  }
  for (const [way, { isApart, points }] of Object.entries(ways))
    describe(`when the news are stored ${way}`, () => proves(isApart, points))

  function proves(isApart: boolean, points: readonly string[]): void {
    async function waiting(): Promise<World> {
      const world = new World(signer, isApart)
      await world.store.open('c', 'test')
      for (const text of ['ログオンできない', '利用者', '3つともあります', 'わかります'])
        await world.says(text)
      expect(world.bank.requests).to.have.length(1)
      world.isWatching = true
      return world
    }

    it('when nothing goes wrong', async () => {
      const world = await waiting()
      world.bank.settle('cleared')
      await world.hears('cleared')
      expect(await world.told()).to.equal(1)
      expect([...world.met.keys()]).to.include.members(points)
    })

    it('at every point, each time it is met: it fails before or after, or the process ends before or after', async () => {
      const dry = await waiting()
      dry.bank.settle('cleared')
      await dry.hears('cleared')
      let runs = 0
      for (const plan of plans(dry.met)) {
        const { point, nth, mishap } = plan
        const world = await waiting()
        world.plan = plan
        world.bank.settle('cleared')
        await world.hears('cleared')
        const name = `${point} (${nth}) ${mishap}`
        // A mistake inside the dialogs is tried again after a pause (bot/retry.ts): whoever asks before that is told then.
        if (point === 'bot.reply' && mishap.startsWith('fails') && (await world.told()) === 0) {
          await world.says('もう一度')
          for (let step = 1; step <= 6; step += 1) await world.says('できた')
        }
        expect(await world.told(), name).to.equal(1)
        expect(world.confirmed, name).to.be.at.least(1)
        runs += 1
      }
      expect(runs).to.be.at.least(mishaps.length * points.length)
    })

    it('and never while the bank confirms something else, at every point too', async () => {
      const dry = await waiting()
      dry.bank.settle('verified')
      await dry.hears('cleared')
      for (const plan of plans(dry.met)) {
        const world = await waiting()
        world.plan = plan
        world.bank.settle('verified')
        await world.hears('cleared')
        expect(await world.told(), `${plan.point} (${plan.nth}) ${plan.mishap}`).to.equal(0)
      }
    })
  }
})
