import { mock } from 'node:test'
import { expect } from 'chai'
import { type Claim, Lanes, type Work } from '../../bot/lanes.ts'

describe('a lane among several processes', () => {
  let calls: string[]
  let piece: PromiseWithResolvers<void>

  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] })
    calls = []
    piece = Promise.withResolvers()
  })
  afterEach(() => mock.timers.reset())

  /** Lanes on a store that gives these answers to who asks for a lane, and the work at which they are when `began` resolves. */
  function lanesWith(hold: () => boolean, run: (isOurs: () => Promise<boolean>) => unknown = () => {}) {
    const { promise: began, resolve: begin } = Promise.withResolvers<void>()
    const work: Work<Claim> = {
      isShared: () => true,
      claim: (lane) => ({
        hold: async (ms) => calls.push(`hold ${lane} ${ms}`) > 0 && hold(),
        letGo: async () => calls.push(`let go ${lane}`) < 0,
      }),
      run: async (_, isOurs) => {
        begin()
        await piece.promise
        await run(isOurs)
      },
      find: async () => [],
      onError: (_, error) => {
        throw error
      },
    }
    return { lanes: new Lanes(work), began }
  }
  const held = 'hold c1 6000'

  it('stays ours as long as a piece of work takes, and is let go of after it', async () => {
    const { lanes, began } = lanesWith(() => true)
    lanes.wake('c1')
    await began
    mock.timers.tick(2000)
    mock.timers.tick(2000)
    expect(calls).to.deep.equal([held, held, held])
    piece.resolve()
    await lanes.idle()
    mock.timers.tick(6000)
    expect(calls).to.deep.equal([held, held, held, 'let go c1'])
  })

  it('is not believed to be ours because we have asked for it: another process has taken it while we stood still', async () => {
    const answers = [true, false, false]
    let goesOn: boolean | undefined
    const { lanes, began } = lanesWith(
      () => answers.shift() ?? false,
      async (isOurs) => {
        goesOn = await isOurs()
      },
    )
    lanes.wake('c1')
    await began
    mock.timers.tick(2000)
    piece.resolve()
    await lanes.idle()
    expect(goesOn).to.equal(false)
  })

  it('is not asked for where one piece of work is done at once, unless that claims it', async () => {
    const { lanes } = lanesWith(() => true)
    lanes.enter('c1', async () => {})
    await lanes.idle()
    expect(calls).to.deep.equal([])

    lanes.enter('c1', async () => {
      await lanes.claim('c1')
      await piece.promise
    })
    await new Promise((resolve) => setImmediate(resolve))
    mock.timers.tick(2000)
    expect(calls).to.deep.equal([held, held])
    piece.resolve()
    await lanes.idle()
    expect(calls).to.deep.equal([held, held, 'let go c1'])
  })

  it('is claimed once by a piece of work that asks for it twice, and is nobody’s after it', async () => {
    const { lanes } = lanesWith(() => true)
    lanes.enter('c1', async () => {
      await lanes.claim('c1')
      await lanes.claim('c1')
    })
    await lanes.idle()
    mock.timers.tick(6000)
    expect(calls).to.deep.equal([held, 'let go c1'])
  })

  it('is let go of only when every claim has been answered, however long the first one took', async () => {
    const answers = [Promise.resolve(), piece.promise, Promise.resolve()]
    const began = Promise.withResolvers<void>()
    const done = Promise.withResolvers<void>()
    const lanes = new Lanes({
      isShared: () => true,
      claim: () => ({
        async hold() {
          await answers.shift()
          return calls.push('held') > 0
        },
        letGo: async () => calls.push('let go') < 0,
      }),
      async run() {
        began.resolve()
        await done.promise
      },
      find: async () => [],
      onError: () => undefined,
    })
    lanes.wake('c1')
    await began.promise
    mock.timers.tick(2000)
    mock.timers.tick(2000)
    done.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    piece.resolve()
    await lanes.idle()
    expect(calls.at(-1)).to.equal('let go')
  })
})
