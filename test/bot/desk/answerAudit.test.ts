import { expect } from 'chai'
import { pressed, recordWalk } from '../../../bench/walk.ts'
import { type Committed, deedsOf } from '../../../bot/auditTurn.ts'
import { createDesk } from '../../../bot/desk/desk.ts'
import { openSqlite } from '../../../bot/store/sqlite.ts'
import type { State } from '../../../dialogs/index.ts'
import type { Words } from '../../../locales/index.ts'
import { agents } from '../../support/deskChat.ts'
import { Mind } from '../../support/mind.ts'

describe('what an agent makes by pressing the script of a chat', () => {
  it('is written down before it is done, and not done when it cannot be', async () => {
    const mind = new Mind()
    const store = openSqlite(':memory:')
    const written: (string | undefined)[] = []
    let isFull = true
    const beforeAnswer = (turn: Committed) => {
      if (isFull) throw new Error('The audit log cannot be written')
      written.push(...deedsOf(turn).map(({ what, where }) => `${what} ${where}`))
    }
    const desk = createDesk({
      store,
      bot: () => mind.bot,
      words: () => ({}) as Words,
      wake() {},
      beforeAnswer,
    })
    await store.open('c1', 'line')
    const walk = await recordWalk(mind, ['user', 'all', 'known'])
    let state: State | undefined
    for (const press of walk.slice(0, -1)) state = (await mind.hear(state, pressed(press, 1))).state
    const ownership = { owner: 'agent', agent: agents.yamada.id, queuedAt: 1, waitingSince: null } as const
    const turn = { conversation: 'c1', channel: 'line', version: 0, said: [], requests: [], ownership }
    await store.commit({ ...turn, state, eventId: 'e1', eventChannel: 'test', isNew: true })
    const press = {
      conversation: 'c1',
      agent: agents.yamada,
      key: 'known',
      pressed: pressed(walk.at(-1)!, 1).value,
    }

    const refused = await desk.answer(press).catch((error: Error) => error.message)
    expect(refused).to.equal('The audit log cannot be written')
    expect(await store.conversation('c1')).to.deep.include({ version: 1, state })
    isFull = false
    await desk.answer(press)
    expect(written).to.deep.equal(['request.created line', 'guide.made line', 'link.shown line'])
    expect(await store.conversation('c1')).to.deep.include({ version: 2 })
    await store.close()
  })
})
