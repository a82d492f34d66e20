import { expect } from 'chai'
import { createViewers, looksFor, writesFor } from '../../../bot/desk/viewers.ts'

const hana = { id: 'hana', shown: '花子' }
const ken = { id: 'ken', shown: '健' }

describe('who looks at a chat', () => {
  it('counts for half a minute after the last look, and writing for some seconds', () => {
    let now = 0
    const viewers = createViewers(() => now)
    expect(viewers.looks(hana, 'a')).to.equal(true)
    expect(viewers.looks(hana, 'a')).to.equal(false)
    expect(viewers.writes(hana, 'a')).to.equal(true)
    expect(viewers.of('a')).to.deep.equal([{ ...hana, isWriting: true }])
    now = writesFor
    expect(viewers.of('a')).to.deep.equal([{ ...hana, isWriting: false }])
    now = looksFor
    expect(viewers.of('a')).to.deep.equal([])
  })

  it('keeps no chat in mind that everybody has left', () => {
    const viewers = createViewers(() => 0)
    for (const agent of [hana, ken]) for (const chat of ['a', 'b']) viewers.looks(agent, chat)
    expect(viewers.leaves('hana', 'a')).to.deep.equal(['a'])
    expect(viewers.leaves('hana')).to.deep.equal(['b'])
    expect(viewers.size).to.equal(2)
    expect(viewers.leaves('ken')).to.deep.equal(['a', 'b'])
    expect(viewers.size).to.equal(0)
  })

  it('keeps no chat in mind that nobody asks for any more', () => {
    let now = 0
    const viewers = createViewers(() => now)
    for (let n = 0; n < 1000; n++) viewers.looks(hana, `chat-${n}`)
    now = looksFor
    viewers.looks(hana, 'another')
    expect(viewers.size).to.equal(1)
  })
})
