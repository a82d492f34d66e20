import { expect } from 'chai'
import { createTurnstile } from '../../../unlock/sandbox/turnstile.ts'

describe('the turnstile of the practice bank', () => {
  it('lets one in each time the loop goes round, in their order, and what else there is to do between them', async () => {
    const enter = createTurnstile()
    const seen: string[] = []
    let isOver = false
    const round = () => {
      seen.push('round')
      if (!isOver) setImmediate(round)
    }
    setImmediate(round)
    await Promise.all(['a', 'b', 'c'].map((name) => enter().then(() => seen.push(name))))
    await enter().then(() => seen.push('later'))
    isOver = true
    const names = seen.filter((one) => one !== 'round')
    expect(names).to.deep.equal(['a', 'b', 'c', 'later'])
    const between = names.slice(1).map((name, at) => seen.indexOf(name) - seen.indexOf(names[at] as string))
    expect(Math.min(...between), seen.join(' ')).to.be.greaterThan(1)
  })
})
