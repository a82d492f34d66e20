import { createServer as createHttp } from 'node:http'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { agentMark, type DeskContent, loadContent } from '../../../content/index.ts'
import type { State } from '../../../dialogs/index.ts'
import { createWords, locales } from '../../../locales/index.ts'
import { leaksOf } from '../../support/agentsOnly.ts'
import { buttons, Mind } from '../../support/mind.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const localesDir = join(root, 'locales')

function load(): { desk: DeskContent; words: ReturnType<typeof createWords> } {
  const { content, desk } = loadContent({ dir: join(root, 'content'), localesDir, bank: 'osaka-city' })
  if (!content || !desk) throw new Error('The content is broken')
  return { desk, words: createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank }) }
}

/** Everything that a customer can come to by buttons, and what is said to them when they write instead. */
async function everythingSaid(mind: Mind, locale: string): Promise<string> {
  const said: string[] = []
  const questions =
    locale === 'ja'
      ? ['うまくいかない', 'わからない', '担当者', '最初から']
      : ['it does not work', 'not sure', 'a person']
  const waiting = [await mind.hear(undefined, { type: 'conversationUpdate', locale })]
  for (const id of mind.content.faq.keys())
    waiting.push(await mind.hear(undefined, { type: 'message', locale, text: '', value: { faq: id } }))
  const seen = new Set<string>()
  for (let reply = waiting.pop(); reply; reply = waiting.pop()) {
    said.push(JSON.stringify(reply.said))
    const { stack, run } = reply.state as State
    const place = JSON.stringify({ stack, path: run?.path, outcome: run?.outcome })
    if (seen.has(place)) continue
    seen.add(place)
    for (const text of questions) said.push(JSON.stringify((await mind.says(reply.state, text, locale)).said))
    for (const { value } of buttons(reply)) waiting.push(await mind.presses(reply.state, value))
  }
  expect(seen.size).to.be.greaterThan(100)
  return said.join('\n')
}

describe('what is for agents only', function () {
  this.timeout(300_000)
  const { desk, words } = load()
  const own = [...desk.lines.values()].flatMap(({ verify, note }) =>
    [verify, note].flatMap((line) => line ?? []),
  )

  it('is marked, in every language', () => {
    expect(own.length).to.be.greaterThan(20)
    for (const line of own)
      for (const locale of locales) expect(line[locale].startsWith(agentMark), line[locale]).to.equal(true)
  })

  for (const locale of locales)
    it(`is nowhere in all that a customer can come to, in ${locale}`, async () => {
      const said = await everythingSaid(new Mind(), locale)
      expect(said).not.to.include(agentMark)
      for (const line of own) expect(said).not.to.include(line[locale].slice(agentMark.length))
    })

  it('has no key in the words that the dialogs speak from', () => {
    for (const locale of locales)
      for (const namespace of ['flows', 'faq', 'bot', 'agent', 'agents', 'agents/flows'])
        for (const sentence of Object.values(words.all(locale, namespace)))
          for (const line of own) expect(sentence).not.to.include(line[locale].slice(agentMark.length))
    expect(words.has('ja', 'agent:service-suspended.role.note')).to.equal(false)
    expect(words.has('en', 'agent:service-suspended.role.note')).to.equal(false)
  })

  it('stops the tests when it leaves through any socket but the desk’s', async () => {
    expect(leaksOf()).to.deep.equal([])
    const other = createServer((socket) => socket.end(`a ${agentMark} line`))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    await new Promise<void>((resolve) => {
      connect((other.address() as { port: number }).port, '127.0.0.1')
        .resume()
        .on('close', () => resolve())
    })
    other.close()
    expect(leaksOf()).to.have.length(1)

    const web = createHttp((_, response) => response.end(`a ${agentMark} line`))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(web.address() as { port: number }).port}`
    await (await fetch(`${url}/desk/api/calls/1`)).text()
    expect(leaksOf()).to.deep.equal([])
    await (await fetch(`${url}/v3/directline`)).text()
    expect(leaksOf()).to.have.length(1)
    web.closeAllConnections()
    web.close()
  })
})
