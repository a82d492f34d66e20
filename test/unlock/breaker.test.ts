import { expect } from 'chai'
import fc from 'fast-check'
import { createBreaker } from '../../unlock/breaker.ts'

class Refused extends Error {}
class Sensible extends Error {}

/** Work that ends when the test says so. */
function pending() {
  let end: { well(): void; badly(error?: Error): void } | undefined
  const promise = new Promise<void>((resolve, reject) => {
    end = { well: resolve, badly: (error = new Error('bad')) => reject(error) }
  })
  return { work: () => promise, ...(end as NonNullable<typeof end>) }
}

describe('the circuit breaker', () => {
  let now: number
  beforeEach(() => {
    now = 0
  })
  const make = (failures = 5) =>
    createBreaker({
      failures,
      pause: 10_000,
      now: () => now,
      isFailure: (error) => !(error instanceof Sensible),
      refuse: () => new Refused(),
    })
  const outcome = (run: Promise<unknown>) =>
    run.then(
      () => 'well',
      (error) => (error instanceof Refused ? 'refused' : 'badly'),
    )
  const well = async () => {}
  const badly = async () => {
    throw new Error('bad')
  }

  it('opens after five failures in a row, and not after five with a success between', async () => {
    const breaker = make()
    for (const work of [badly, badly, badly, badly, well, badly, badly, badly, badly])
      await outcome(breaker.run(work))
    expect(await outcome(breaker.run(badly))).to.equal('badly')
    expect(await outcome(breaker.run(well))).to.equal('refused')
  })

  it('lets one call try after the pause, and refuses the others at once meanwhile', async () => {
    const breaker = make(1)
    await outcome(breaker.run(badly))
    now = 9_999
    expect(await outcome(breaker.run(well))).to.equal('refused')
    now = 10_000
    const trial = pending()
    const tried = outcome(breaker.run(trial.work))
    expect(await outcome(breaker.run(well))).to.equal('refused')
    trial.badly()
    expect(await tried).to.equal('badly')
    expect(await outcome(breaker.run(well))).to.equal('refused')
    now = 20_000
    expect(await outcome(breaker.run(well))).to.equal('well')
    expect(await outcome(breaker.run(well))).to.equal('well')
  })

  it('takes a refusal that makes sense for a sign of life', async () => {
    const breaker = make(2)
    const sensibly = async () => {
      throw new Sensible()
    }
    for (const work of [badly, sensibly, badly]) await outcome(breaker.run(work))
    expect(await outcome(breaker.run(well))).to.equal('well')
  })

  it('never calls more than five times without an answer in any pause, and always comes back, whatever happens', async () => {
    type Step = { wait: number; works: boolean }
    const step: fc.Arbitrary<Step> = fc.record({
      wait: fc.integer({ min: 0, max: 4000 }),
      works: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        now = 0
        const breaker = make()
        let inRow = 0
        let openSince = -1
        for (const { wait, works } of steps) {
          now += wait
          const said = await outcome(breaker.run(works ? well : badly))
          if (openSince >= 0 && now < openSince + 10_000) expect(said).to.equal('refused')
          else expect(said).to.equal(works ? 'well' : 'badly')
          if (said === 'well') [inRow, openSince] = [0, -1]
          if (said === 'badly') inRow += 1
          if (said === 'badly' && inRow >= 5) openSince = now
        }
        now += 10_000
        expect(await outcome(breaker.run(well))).to.equal('well')
      }),
      { numRuns: 500 },
    )
  })
})
