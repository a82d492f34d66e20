import { expect } from 'chai'
import { createAgentTyping } from '../../bot/agentTyping.ts'
import { MemoryBoard } from '../../bot/store/board.ts'
import type { Conversation } from '../../bot/store/index.ts'

const conversation = (id: string, channel: string) => ({ id, channel }) as Conversation

/** A board whose hints come to another process's, as PostgreSQL's do. */
class OneOfTwo extends MemoryBoard {
  other: OneOfTwo | undefined
  readonly #listeners: ((topic: string, key: string) => void)[] = []

  override hint(topic?: string, key?: string): void {
    this.other?.hear(topic ?? '', key ?? '')
  }

  hear(topic: string, key: string): void {
    for (const listener of this.#listeners) listener(topic, key)
  }

  override onNews(listener?: (topic: string, key: string) => void): () => void {
    if (listener) this.#listeners.push(listener)
    return () => {}
  }
}

describe('an agent who writes', () => {
  it('is shown at the sockets of every process', () => {
    const [here, there] = [new OneOfTwo(), new OneOfTwo()]
    here.other = there
    const shown: string[] = []
    const parts = { channels: {}, log: { warn() {} } }
    const types = createAgentTyping({
      ...parts,
      board: here,
      toSockets: (id, name) => shown.push(`here ${id} ${name}`),
    })
    createAgentTyping({ ...parts, board: there, toSockets: (id, name) => shown.push(`there ${id} ${name}`) })
    types(conversation('c1', 'directline'), '花子')
    expect(shown).to.deep.equal(['here c1 花子', 'there c1 花子'])
  })

  it('is shown by a channel again only after some seconds, and a channel that fails is only logged', async () => {
    let now = 0
    const shown: string[] = []
    const warned: object[] = []
    const show = async ({ id }: Conversation) => {
      shown.push(id)
      if (id === 'c2') throw new Error('LINE is away')
    }
    const log = { warn: (fields: object) => warned.push(fields) }
    const board = new MemoryBoard()
    const types = createAgentTyping({
      board,
      toSockets() {},
      channels: { line: show },
      log: log as never,
      now: () => now,
    })
    for (now = 10_000; now < 20_000; now += 3000) types(conversation('c1', 'line'), '花子')
    types(conversation('c2', 'line'), '花子')
    types(conversation('c3', 'phone'), '花子')
    await new Promise((resolve) => setImmediate(resolve))
    expect(shown).to.deep.equal(['c1', 'c1', 'c2'])
    expect(warned).to.have.lengthOf(1)
  })
})
