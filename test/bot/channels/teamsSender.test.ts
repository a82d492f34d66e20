import { expect } from 'chai'
import { teamsSender } from '../../../bot/channels/teamsSender.ts'
import { createLog } from '../../../bot/log.ts'
import type { Outgoing } from '../../../bot/store/index.ts'

describe('what a turn has said, on its way to Teams', () => {
  const text = (said: string) => ({ type: 'message', text: said })
  const out: Outgoing = {
    ...{ id: 1, conversation: 'teams:c1', channel: 'teams', attempts: 0 },
    activities: [text('a'), text('b'), text('c')],
    reference: { serviceUrl: 'https://teams.example/', conversation: { id: 'c1' }, bot: {}, user: {} },
  }
  let heard: string[]
  const sender = () =>
    teamsSender({
      token: { get: async () => 'token', forget: () => undefined },
      async call(_, { body } = {}) {
        heard.push((JSON.parse(String(body)) as { text: string }).text)
        return new Response()
      },
      log: createLog('silent'),
      words: () => ({ t: (_, key) => key }),
    })
  beforeEach(() => {
    heard = []
  })
  const failing = () => Promise.reject(new Error('no database'))
  const failed = (work: Promise<unknown>) => work.catch((error: Error) => error.message)

  it('goes on where it was, by its note', async () => {
    const notes: object[] = []
    const result = await sender().send({ ...out, note: { sent: 1 } }, async (note) => void notes.push(note))
    expect(result).to.equal('sent')
    expect(heard).to.deep.equal(['b', 'c'])
    expect(notes).to.deep.equal([{ sent: 2 }])
  })

  it('goes on where it was, also when that could not be noted', async () => {
    const { send } = sender()
    for (const _ of ['a', 'b']) expect(await failed(send(out, failing))).to.equal('no database')
    expect(await send(out, async () => undefined)).to.equal('sent')
    expect(heard).to.deep.equal(['a', 'b', 'c'])
    expect(await send({ ...out, id: 2 }, async () => undefined)).to.equal('sent')
    expect(heard).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'c'])
  })

  it('goes on behind what another process has sent meanwhile', async () => {
    const { send } = sender()
    await failed(send(out, failing))
    await send({ ...out, note: { sent: 2 } }, async () => undefined)
    expect(heard).to.deep.equal(['a', 'c'])
  })
})
