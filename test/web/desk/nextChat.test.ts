import { expect } from 'chai'
import type { ChatItem } from '../../../web/desk/chatView.ts'
import { nextChat } from '../../../web/desk/nextChat.ts'

describe('the next chat', () => {
  const item = (conversation: string, by = 'bot') => ({ conversation, last: { by, text: '' } }) as ChatItem
  const mine = [item('answered', 'agent'), item('asks', 'customer')]
  const queue = [item('first'), item('second')]

  for (const [now, next] of [
    ['', 'asks'],
    ['answered', 'asks'],
    ['asks', 'first'],
    ['first', 'second'],
    ['second', 'asks'],
  ] as const)
    it(`after "${now}" is "${next}": own customers who wait, then the queue, then from the beginning`, () => {
      expect(nextChat({ mine, queue }, now)).to.equal(next)
    })

  it('is none when nobody waits but the one that is open', () => {
    expect(nextChat({ mine: [], queue: [] }, '')).to.equal(undefined)
    expect(nextChat({ mine: [item('asks', 'customer')], queue: [] }, 'asks')).to.equal(undefined)
  })
})
