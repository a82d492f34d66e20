import { expect } from 'chai'
import fc from 'fast-check'
import type { UnlockState, UnlockStep } from '../../unlock/index.ts'
import { isFinal, nextState } from '../../unlock/index.ts'
import { unlockStates } from '../../unlock/requestState.ts'

const steps: UnlockStep[] = ['open', 'verify', 'clear', 'reject', 'expire']

describe('the states of an unlock request', () => {
  it('lead from created by opened and verified to cleared', () => {
    expect(nextState('created', 'open')).to.equal('opened')
    expect(nextState('opened', 'verify')).to.equal('verified')
    expect(nextState('verified', 'clear')).to.equal('cleared')
  })

  it('end with cleared, rejected and expired', () => {
    expect(unlockStates.filter(isFinal)).to.deep.equal(['cleared', 'rejected', 'expired'])
  })

  it('go forward only, skip none, and end but once, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 50 }), (happened) => {
        let state: UnlockState = 'created'
        const been: UnlockState[] = [state]
        for (const step of happened) {
          const next: UnlockState | undefined = nextState(state, step)
          if (!next) continue
          expect(isFinal(state)).to.equal(false)
          state = next
          been.push(state)
        }
        expect(new Set(been).size).to.equal(been.length)
        const forward = been.filter((one) => one !== 'rejected' && one !== 'expired')
        expect(forward).to.deep.equal(unlockStates.slice(0, forward.length))
      }),
      { numRuns: 2000 },
    )
  })
})
