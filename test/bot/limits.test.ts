import { expect } from 'chai'
import { readConfig } from '../../bot/config.ts'
import { createRates, createSlots } from '../../bot/limits.ts'
import { HttpError } from '../../bot/route.ts'

describe('the limits', () => {
  const rates = () =>
    createRates({ ...readConfig({}).limits, requestsPerAddress: 2, messagesPerConversation: 1 })
  const outcome = (asked: Promise<void>) =>
    asked.then(
      () => 'in',
      (error: unknown) => (error instanceof HttpError ? error.status : error),
    )

  it('count each address by itself', async () => {
    const { request } = rates()
    const asked = ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2'].map((address) =>
      outcome(request(address)),
    )
    expect(await Promise.all(asked)).to.deep.equal(['in', 'in', 429, 'in'])
  })

  it('count a whole IPv6 network as one subscriber', async () => {
    const { request } = rates()
    const addresses = ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8::3', '2001:db8:0:1::1', '::1']
    const asked = addresses.map((address) => outcome(request(address)))
    expect(await Promise.all(asked)).to.deep.equal(['in', 'in', 429, 'in', 'in'])
  })

  it('say when to come back', async () => {
    const { message } = rates()
    await message('one')
    const refusal = await message('one').catch((error: unknown) => error)
    expect(refusal).to.be.instanceOf(HttpError).with.property('code', 'TooManyRequests')
    expect(Number((refusal as HttpError).headers['Retry-After'])).to.be.within(1, 60)
    expect(await outcome(message('two'))).to.equal('in')
  })

  it('give a place back once, however often it is given', () => {
    const slots = createSlots(2)
    const first = slots.take('a')
    slots.take('a')
    expect(slots.take('a')).to.equal(undefined)
    expect(slots.take('b')).to.be.a('function')
    first?.()
    first?.()
    expect(slots.take('a')).to.be.a('function')
    expect(slots.take('a')).to.equal(undefined)
  })
})
