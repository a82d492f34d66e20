import { expect } from 'chai'
import { type Move, moved, moves } from '../../../bot/desk/ownership.ts'
import type { Owner, Ownership } from '../../../bot/store/index.ts'

const of = (owner: Owner): Ownership => ({
  owner,
  agent: owner === 'agent' || owner === 'closed' ? 'a' : null,
  queuedAt: owner === 'queue' || owner === 'agent' ? 10 : null,
  waitingSince: owner === 'queue' ? 10 : null,
})
const owners: Owner[] = ['bot', 'queue', 'agent', 'closed']
const names = Object.keys(moves) as Move[]
const code = (deed: () => unknown) => {
  try {
    deed()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'done'
}

describe('who has a conversation', () => {
  for (const name of names)
    for (const owner of owners) {
      const { from, to } = moves[name]
      const isLegal = from === owner
      it(`${isLegal ? 'goes' : 'does not go'} by "${name}" from ${owner} to ${to}`, () => {
        const by = name === 'takeOver' ? 'b' : 'a'
        const mover = { by, at: 50, ...(name === 'transfer' && { to: 'b' }) }
        if (isLegal) expect(moved(of(owner), name, mover).owner).to.equal(to)
        else expect(code(() => moved(of(owner), name, mover))).to.match(/^(Taken|NotWaiting|NotYours)$/)
      })
    }

  for (const name of names.filter((one) => moves[one].isOwn))
    it(`changes by "${name}" only when whoever has it says so`, () =>
      expect(code(() => moved(of('agent'), name, { by: 'b', to: 'c', at: 50 }))).to.equal('NotYours'))

  it('keeps its place in the queue while an agent has it, and waits anew when let go', () => {
    const taken = moved(of('queue'), 'take', { by: 'a', at: 50 })
    expect(taken).to.deep.equal({ owner: 'agent', agent: 'a', queuedAt: 10, waitingSince: null })
    for (const name of ['release', 'vanish'] as const)
      expect(moved(taken, name, { by: 'a', at: 90 })).to.deep.equal({
        owner: 'queue',
        agent: null,
        queuedAt: 10,
        waitingSince: 90,
      })
  })

  it('has no place in the queue any more once the bot goes on or it is closed', () => {
    const free = { queuedAt: null, waitingSince: null }
    expect(moved(of('agent'), 'return', { by: 'a', at: 50 })).to.deep.equal({
      owner: 'bot',
      agent: null,
      ...free,
    })
    expect(moved(of('agent'), 'close', { by: 'a', at: 50 })).to.deep.equal({
      owner: 'closed',
      agent: 'a',
      ...free,
    })
  })

  it('tells whoever comes too late that another one has taken it, and the one who has it that it is theirs', () => {
    expect(code(() => moved(of('agent'), 'take', { by: 'b', at: 50 }))).to.equal('Taken')
    expect(code(() => moved(of('bot'), 'take', { by: 'b', at: 50 }))).to.equal('NotWaiting')
    expect(code(() => moved(of('agent'), 'takeOver', { by: 'a', at: 50 }))).to.equal('Yours')
  })
})
