import { expect } from 'chai'
import { type BadBank, type Fault, faults } from '../support/badBank.ts'
import type { Running } from '../support/kaijo.ts'
import { runBanked } from './bankedKaijo.ts'
import { type Customer, customer } from './customer.ts'

const unavailable = 'ただいま解除用のリンクを用意できません'
const toTheLink = ['ログオンできない', '利用者', '3つともあります']

describe('the whole of Kaijo while the unlock API', function () {
  this.timeout(300_000)
  let bank: BadBank
  let kaijo: Running
  let end: () => Promise<void>

  beforeEach(async () => {
    ;({ bank, kaijo, end } = await runBanked())
  })
  afterEach(() => end())

  /** A customer who is one answer away from the step with the link. */
  async function someone(): Promise<Customer> {
    const one = await customer(kaijo)
    await one.walk(toTheLink)
    return one
  }
  /** What a customer hears, and after how many milliseconds. */
  async function answered(one: Customer, text: string): Promise<{ heard: string; ms: number }> {
    const before = performance.now()
    await one.say(text)
    return { heard: await one.heard(), ms: performance.now() - before }
  }

  for (const fault of Object.keys(faults) as Fault[]) {
    it(`${fault}: answers within three seconds, at once from the sixth on, and goes on by hand`, async () => {
      const all = await Promise.all(Array.from({ length: 6 }, someone))
      const [sixth, ...first] = all as [Customer, ...Customer[]]
      bank.fault = fault
      bank.calls = 0
      const answers = await Promise.all(first.map((one) => answered(one, 'わかります')))
      for (const { heard, ms } of answers) {
        expect(heard).to.include(unavailable).and.include('手順 1 / 6')
        expect(ms).to.be.lessThan(3000)
      }
      const { heard, ms } = await answered(sixth, 'わかります')
      expect(heard).to.include(unavailable)
      expect(ms).to.be.lessThan(1000)
      expect(bank.calls).to.equal(5)
      for (let step = 2; step <= 6; step += 1)
        expect((await answered(sixth, 'できた・次へ')).heard).to.include(`手順 ${step} / 6`)
      const end = (await answered(sixth, 'できた・次へ')).heard
      expect(end).not.to.include('解除を確認しました')
      expect(end).to.include('こちらでは解除を確認できません')
    })
  }

  it('hangs: takes the turns of other conversations as fast as before', async () => {
    const waiting = await Promise.all(Array.from({ length: 20 }, someone))
    const others = await Promise.all(Array.from({ length: 4 }, () => customer(kaijo)))
    await turnsFor(500, kaijo, others)
    const before = await turnsFor(1500, kaijo, others)
    bank.fault = 'hangs without a word'
    // Nobody looks for the answer meanwhile: that would be load of its own.
    await Promise.all(waiting.map((one) => one.say('わかります')))
    const during = await turnsFor(1500, kaijo, others)
    for (const one of waiting) expect(await one.heard()).to.include(unavailable)
    const after = await turnsFor(1500, kaijo, others)
    const usual = Math.max(middle(before), middle(after))
    const told = `${during.length} turns of ${middle(during).toFixed(2)} ms; before ${before.length} of ${middle(before).toFixed(2)} ms, after ${after.length} of ${middle(after).toFixed(2)} ms`
    expect(middle(during), told).to.be.lessThan(usual * 1.5)
  })
})

/** Lets each customer take turn after turn for so long; gives how long each turn took, in milliseconds. */
async function turnsFor(ms: number, kaijo: Running, customers: Customer[]): Promise<number[]> {
  const took: number[] = []
  const until = performance.now() + ms
  const heard = new Map<string, (seq: number) => void>()
  const stop = kaijo.store.onLogged((conversation, seq) => heard.get(conversation)?.(seq))
  const walk = async ({ conversation, say }: Customer) => {
    while (performance.now() < until) {
      const before = performance.now()
      const { seq: last = 0 } = (await kaijo.store.conversation(conversation)) ?? {}
      // What the customer says is in the log, and then the answer, or both at once.
      const answer = new Promise<void>((resolve) => {
        heard.set(conversation, (seq) => seq >= last + 2 && resolve())
      })
      await say('もう一度')
      await answer
      took.push(performance.now() - before)
    }
  }
  await Promise.all(customers.map(walk))
  stop()
  return took
}

function middle(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.POSITIVE_INFINITY
}
