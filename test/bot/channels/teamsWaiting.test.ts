import { expect } from 'chai'
import { TeamsWaiting } from '../../../bot/channels/teamsWaiting.ts'
import { until } from '../../support/until.ts'

describe('somebody in Teams who waits', () => {
  function wait(open: (looks: number) => boolean, most = 3) {
    const shown: string[] = []
    let looks = 0
    const waiting = new TeamsWaiting<string>({
      show: async (place) => {
        shown.push(place)
      },
      isOpen: async () => open(looks++),
      patience: { first: 0, again: 0, most },
    })
    return { waiting, shown, looks: () => looks }
  }

  it('sees the dots again and again until the answer is there', async () => {
    const { waiting, shown, looks } = wait((times) => times < 2)
    waiting.watch('c', 'here')
    await until(() => looks() === 3)
    expect(shown).to.deep.equal(['here', 'here'])
  })

  it('sees none when the answer is there at once', async () => {
    const { waiting, shown, looks } = wait(() => false)
    waiting.watch('c', 'here')
    await until(() => looks() === 1)
    expect(shown).to.deep.equal([])
  })

  it('sees them a few times only, when no answer ever comes, and anew with the next message', async () => {
    const { waiting, shown, looks } = wait(() => true)
    waiting.watch('c', 'here')
    waiting.watch('c', 'here')
    await until(() => looks() === 3)
    await new Promise((resolve) => setImmediate(resolve))
    await until(() => {
      waiting.watch('c', 'anew')
      return shown.includes('anew')
    })
    expect(shown.filter((place) => place === 'here')).to.have.length(3)
    waiting.close()
  })

  it('misses them once when they cannot be shown, and sees them with the next message', async () => {
    let tries = 0
    const shown: string[] = []
    const show = async (place: string) => {
      if (tries++ === 0) throw new Error('The connector cannot be reached')
      shown.push(place)
    }
    const waiting = new TeamsWaiting<string>({
      show,
      isOpen: async () => true,
      patience: { first: 0, again: 0, most: 9 },
    })
    waiting.watch('c', 'here')
    await until(() => tries === 1)
    await until(() => {
      waiting.watch('c', 'anew')
      return shown.length > 0
    })
    waiting.close()
    expect(shown[0]).to.equal('anew')
  })
})
