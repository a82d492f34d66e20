import { expect } from 'chai'
import fc from 'fast-check'
import { nearest } from '../../content/nearest.ts'

describe('the nearest name', () => {
  const rows: [typed: string, names: string[], meant: string | undefined][] = [
    ['at-hnad', ['role', 'at-hand', 'forms'], 'at-hand'],
    ['unlok', ['unlock', 'unlock/open'], 'unlock'],
    ['Admin', ['admin', 'user'], 'admin'],
    ['aks', ['ask', 'note'], 'ask'],
    ['colour', ['ask', 'note'], undefined],
    ['x', [], undefined],
  ]
  for (const [typed, names, meant] of rows) {
    it(`of "${typed}" among ${names.join(', ') || 'none'} is ${meant ?? 'none'}`, () => {
      expect(nearest(typed, names)).to.equal(meant)
    })
  }

  it('is the name itself when it is there, and else one of the names or none', () => {
    const name = fc.stringMatching(/^[a-z-]{1,8}$/)
    fc.assert(
      fc.property(name, fc.array(name), (typed, names) => {
        expect(nearest(typed, [...names, typed])).to.equal(typed)
        expect([...names, undefined]).to.include(nearest(typed, names))
      }),
    )
  })
})
