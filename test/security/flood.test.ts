import { expect } from 'chai'
import { visit } from '../unlock/visitor.ts'
import { canary } from './badRequest.ts'
import { customer } from './customer.ts'
import { flood } from './flood.ts'
import { places } from './places.ts'
import { mishaps, type Watched, watched } from './watched.ts'

const requests = Number(process.env.FLOOD_REQUESTS ?? 20_000)
const seed = Number(process.env.FLOOD_SEED ?? 20_261_123)

describe('a flood of bad requests', function () {
  this.timeout(240_000)
  let kaijo: Watched
  before(async () => {
    kaijo = await watched()
  })
  after(() => kaijo?.end())

  it('ends, hangs and breaks nothing, and no answer tells what was sent or how we are made', async () => {
    const first = await kaijo.look()
    const { bot, bank, logon } = await places(kaijo)
    const lanes = [bot, bot, bot, bank, bot, bot, bot, logon]
    const { statuses } = await flood(kaijo, lanes, { requests, seed })

    const last = await kaijo.look()
    if (process.env.FLOOD_REPORT)
      process.stderr.write(`${JSON.stringify([...statuses])} ${last.megabytes} MB\n`)
    expect(last.pid).to.equal(first.pid)
    expect(last.polluted).to.equal(false)
    expect(mishaps(kaijo.output()).join('\n')).to.equal('')
    expect(kaijo.output()).not.to.contain(canary)
    // The flood went further than the door.
    for (const status of ['200', '201', '204', '303', '400', '401', '403', '404', '405', '413', '415'])
      expect(statuses.get(status), `answers with ${status}`).to.be.greaterThan(0)
  })

  it('leaves honest customers served as before', async () => {
    const mine = await customer(kaijo)
    await mine.say('サービスがご利用できなくなりましたと出てログオンできません')
    expect(await mine.heard()).to.contain('ロックされたのは')
    const visitor = await visit(kaijo.sandboxUrl).open('/')
    expect(visitor.status).to.equal(200)
  })
})
