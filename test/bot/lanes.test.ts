import { mock } from 'node:test'
import { expect } from 'chai'
import { Lanes } from '../../bot/lanes.ts'

describe('a lane among several processes', () => {
  afterEach(() => mock.timers.reset())

  it('stays ours as long as a piece of work takes, and is let go of after it', async () => {
    mock.timers.enable({ apis: ['setInterval'] })
    const calls: string[] = []
    const { promise: piece, resolve: finish } = Promise.withResolvers<void>()
    const { promise: began, resolve: begin } = Promise.withResolvers<void>()
    const lanes = new Lanes({
      store: {
        isShared: () => true,
        hold: async (_, ms) => calls.push(`hold ${ms}`) > 0,
        letGo: async () => calls.push('let go') < 0,
      },
      kind: 'send',
      run: () => {
        begin()
        return piece
      },
      find: async () => [],
      onError: (_, error) => {
        throw error
      },
    })
    lanes.wake('c1')
    await began
    mock.timers.tick(2000)
    mock.timers.tick(2000)
    expect(calls).to.deep.equal(['hold 6000', 'hold 6000', 'hold 6000'])
    finish()
    await lanes.idle()
    mock.timers.tick(6000)
    expect(calls).to.deep.equal(['hold 6000', 'hold 6000', 'hold 6000', 'let go'])
  })

  it('is not believed to be ours because we have asked for it: another process has taken it while we stood still', async () => {
    mock.timers.enable({ apis: ['setInterval'] })
    const answers = [true, false, false]
    const { promise: piece, resolve: finish } = Promise.withResolvers<void>()
    const { promise: began, resolve: begin } = Promise.withResolvers<void>()
    let goesOn: boolean | undefined
    const lanes = new Lanes({
      store: {
        isShared: () => true,
        hold: async () => answers.shift() ?? false,
        letGo: async () => false,
      },
      kind: 'send',
      run: async (_, isOurs) => {
        begin()
        await piece
        goesOn = await isOurs()
      },
      find: async () => [],
      onError: (_, error) => {
        throw error
      },
    })
    lanes.wake('c1')
    await began
    mock.timers.tick(2000)
    finish()
    await lanes.idle()
    expect(goesOn).to.equal(false)
  })
})
