import { expect } from 'chai'
import fc from 'fast-check'
import type { Conversation } from '../../web/chat/conversation.ts'
import { type Trouble, World } from './world.ts'

const hello = { type: 'message', text: 'こんにちは', locale: 'ja' } as const

function seen(tab: Conversation): string[] {
  return tab.transcript.entries.map(({ activity }) => activity.text)
}

describe('a conversation in the browser', () => {
  let world: World
  let tab: Conversation

  beforeEach(async () => {
    world = new World()
    tab = world.tab()
    tab.start()
    await world.pass(1000)
  })

  it('asks for a greeting when it is new, and not when it goes on after a reload', async () => {
    expect(world.events).to.deep.equal(['startConversation'])
    const again = world.tab()
    again.start()
    await world.pass(1000)
    expect(world.events).to.deep.equal(['startConversation'])
  })

  it('shows what the bot says, in order and once, however the frames come', async () => {
    for (let number = 1; number <= 12; number++) world.say(`${number}`)
    await world.pass(1000)
    world.trouble('cut', [tab])
    world.say('13')
    await world.pass(60_000)
    expect(seen(tab)).to.deep.equal(world.said)
    expect(world.asked.at(-1), 'asks only for what it has not seen').to.match(/watermark=13$/)
  })

  it('shows a message at once as pending and as sent when the server has it', async () => {
    tab.say(hello)
    expect(tab.transcript.entries.map(({ delivery }) => delivery)).to.deep.equal(['pending'])
    await world.pass(1000)
    expect(tab.transcript.entries.map(({ delivery }) => delivery)).to.deep.equal(['sent'])
    expect(world.said).to.deep.equal(['こんにちは'])
  })

  it('sends a message whose answer was lost again under the same id, so that it is said once', async () => {
    world.trouble('lose answer', [tab])
    tab.say(hello)
    await world.pass(60_000)
    expect(world.said).to.deep.equal(['こんにちは'])
    expect(seen(tab)).to.deep.equal(['こんにちは'])
  })

  it('gives a message up when the server stays away, and a retry sends it once', async () => {
    world.trouble('stop', [tab])
    tab.say(hello)
    await world.pass(120_000)
    const [entry] = tab.transcript.entries
    expect(entry?.delivery).to.equal('failed')
    world.trouble('start', [tab])
    if (entry?.letter) tab.repeat(entry.letter)
    await world.pass(60_000)
    expect(world.said).to.deep.equal(['こんにちは'])
    expect(tab.transcript.entries.map(({ delivery }) => delivery)).to.deep.equal(['sent'])
  })

  it('says that a message is not acceptable, and does not try it again', async () => {
    tab.say({ ...hello, text: 'unacceptable' })
    await world.pass(120_000)
    expect(tab.transcript.entries.map(({ delivery }) => delivery)).to.deep.equal(['refused'])
    expect(world.asked.filter((path) => path.endsWith('/activities'))).to.have.length(2)
  })

  it('keeps a message that was written offline until the network is back', async () => {
    world.trouble('offline', [tab])
    tab.say(hello)
    await world.pass(3_600_000)
    expect(tab.transcript.entries.map(({ delivery }) => delivery)).to.deep.equal(['pending'])
    world.trouble('online', [tab])
    await world.pass(1000)
    expect(world.said).to.deep.equal(['こんにちは'])
  })

  it('sends after a reload what the reload has interrupted', async () => {
    const stored = new Map<string, string>()
    const first = world.tab(stored)
    first.start()
    await world.pass(1000)
    world.trouble('stop', [first])
    first.say(hello)
    await world.pass(100)
    first.leave = () => {}
    world.trouble('start', [])
    const second = world.tab(new Map(stored))
    second.start()
    await world.pass(30_000)
    expect(world.said).to.deep.equal(['こんにちは'])
    expect(seen(second)).to.deep.equal(['こんにちは'])
    expect(stored.size).to.equal(0)
  })

  it('goes on with a new token when the old one has expired, for sending and for following', async () => {
    world.trouble('expire', [tab])
    tab.say(hello)
    world.trouble('cut', [tab])
    await world.pass(60_000)
    world.say('はい')
    await world.pass(1000)
    expect(seen(tab)).to.deep.equal(['こんにちは', 'はい'])
  })

  it('renews its token before it expires', async () => {
    const sessions = () => world.asked.filter((path) => path === '/widget/session').length
    await world.pass(1800 * 700)
    expect(sessions()).to.equal(1)
    await world.pass(1800 * 200)
    tab.say(hello)
    await world.pass(1000)
    expect(sessions()).to.equal(2)
  })

  it('follows by asking when sockets are not let through, and by socket when they are again', async () => {
    world.trouble('forbid sockets', [tab])
    world.trouble('cut', [tab])
    await world.pass(60_000)
    world.say('a')
    await world.pass(4000)
    expect(seen(tab)).to.deep.equal(['a'])
    world.dials = 0
    await world.pass(600_000)
    expect(world.dials).to.be.lessThan(12)
    world.trouble('allow sockets', [tab])
    await world.pass(120_000)
    world.say('b')
    await world.pass(10)
    expect(seen(tab)).to.deep.equal(['a', 'b'])
  })

  it('tries less and less often when each connection ends at once', async () => {
    world.asked.length = 0
    for (let second = 0; second < 120; second++) {
      world.trouble('cut', [tab])
      await world.pass(1000)
    }
    expect(world.asked.filter((path) => path.endsWith('/activities'))).to.have.length.lessThan(20)
    expect(world.dials).to.be.lessThan(20)
  })

  it('leaves a server alone for as long as it says', async () => {
    world.trouble('cut', [tab])
    world.trouble('too many', [tab])
    await world.pass(1000)
    const asked = world.asked.length
    await world.pass(5000)
    expect(world.asked).to.have.length(asked)
    await world.pass(3000)
    expect(world.asked.length).to.be.greaterThan(asked)
  })

  it('begins anew when the server has lost the conversation', async () => {
    world.say('alt')
    await world.pass(10)
    world.forget()
    await world.pass(60_000)
    world.say('neu')
    await world.pass(10)
    expect(seen(tab)).to.deep.equal(['neu'])
    expect(world.events.filter((name) => name === 'startConversation')).to.have.length(2)
  })

  it('forgets the conversation on this device when asked to', async () => {
    world.say('a')
    await world.pass(10)
    tab.leave()
    expect(seen(tab)).to.deep.equal([])
    expect(world.device.has('kaijo.resume')).to.equal(false)
    world.say('b')
    await world.pass(60_000)
    expect(seen(tab)).to.deep.equal([])
  })

  it('puts no token and no ticket into any address', async () => {
    tab.say(hello)
    world.trouble('cut', [tab])
    await world.pass(60_000)
    expect(world.asked.filter((path) => /[?&](t|token|secret)=|resume|c1\.\d/.test(path))).to.deep.equal([])
  })
})

describe('choices', () => {
  it('can be pressed while the bot’s message is the last one', async () => {
    const world = new World()
    const tab = world.tab()
    tab.start()
    world.say('どちら？')
    await world.pass(1000)
    expect(tab.transcript.open?.activity.text).to.equal('どちら？')
    tab.say(hello)
    expect(tab.transcript.open).to.equal(undefined)
  })

  it('come back when the answer could not be sent', async () => {
    const world = new World()
    const tab = world.tab()
    tab.start()
    world.say('どちら？')
    await world.pass(1000)
    tab.say({ ...hello, text: 'unacceptable' })
    await world.pass(1000)
    expect(tab.transcript.open?.activity.text).to.equal('どちら？')
  })
})

describe('whatever happens on the way', () => {
  const troubles: Trouble[] = [
    'cut',
    'offline',
    'online',
    'expire',
    'stop',
    'start',
    'lose answer',
    'fail once',
    'forbid sockets',
    'allow sockets',
    'too many',
  ]
  const step = fc.oneof(
    fc.record({ do: fc.constant('trouble' as const), trouble: fc.constantFrom(...troubles) }),
    fc.record({ do: fc.constant('user' as const), tab: fc.nat(1) }),
    fc.record({ do: fc.constant('bot' as const) }),
    fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat(20_000) }),
  )

  it('both tabs end with the server’s log: nothing lost, nothing doubled, in order', async function () {
    this.timeout(300_000)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = new World()
        const tabs = [world.tab(), world.tab()]
        for (const tab of tabs) tab.start()
        await world.pass(1000)
        const written: string[] = []
        for (const [place, one] of steps.entries()) {
          if (one.do === 'trouble') world.trouble(one.trouble, tabs)
          if (one.do === 'bot') world.say(`bot ${place}`)
          if (one.do === 'wait') await world.pass(one.milliseconds)
          if (one.do === 'user') {
            written.push(`user ${place}`)
            tabs[one.tab]?.say({ ...hello, text: `user ${place}` })
          }
        }
        world.heal(tabs)
        await world.pass(120_000)
        // What was given up is offered to the customer again, and the customer takes the offer.
        for (const tab of tabs) {
          for (const { delivery, letter } of [...tab.transcript.entries]) {
            if (delivery === 'failed' && letter) tab.repeat(letter)
          }
        }
        await world.pass(120_000)
        for (const tab of tabs) expect(seen(tab)).to.deep.equal(world.said)
        expect(world.said.filter((text) => text.startsWith('user')).sort()).to.deep.equal(written.sort())
      }),
      { numRuns: 300 },
    )
  })
})
