import { expect } from 'chai'
import type { Reply } from '../../dialogs/index.ts'
import { copied } from '../../dialogs/state.ts'
import { buttons, Mind } from '../support/mind.ts'

/** Every part of it throws when it is changed. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

describe('the state of a conversation', () => {
  const mind = new Mind()
  const turns = [
    '1',
    '2',
    '戻る',
    'うまくいかない',
    '人と話したい',
    'English',
    '電子証明書とは何ですか？',
    'start over',
    '???',
  ]

  it('stays as it was given, whatever the turn does', async () => {
    const flow = [...mind.content.faq.values()].find(({ starts }) => starts?.flow === 'service-suspended')
    const replies: Reply[] = []
    let { state } = await mind.hear(undefined, { type: 'message', text: '', value: { faq: flow?.id } })
    for (let step = 0; step < 12 && !state.run?.outcome; step++) {
      frozen(state)
      for (const text of turns) replies.push(await mind.says(state, text))
      const reply = await mind.hear(state, { type: 'event', name: 'setLocale', value: 'ja' })
      const choice = buttons(reply).find(({ value }) => value.choice)
      state = (await mind.presses(frozen(reply.state), choice?.value)).state
    }
    expect(replies).to.have.length.above(50)
  })

  it('is copied whole', async () => {
    const { state } = await mind.says(undefined, 'ログオンできない')
    expect(copied(state)).to.deep.equal(state)
  })
})
