import { spawn } from 'node:child_process'
import { createServer as createHttp, type ServerResponse } from 'node:http'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
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

  describe('stops the tests when it leaves', () => {
    const line = `a ${agentMark} line`
    beforeEach(() => expect(leaksOf()).to.deep.equal([]))

    it('through any socket, also in two halves', async () => {
      const bytes = Buffer.from(line)
      const other = createServer((socket) => {
        socket.write(bytes.subarray(0, 8))
        setImmediate(() => socket.end(bytes.subarray(8)))
      })
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      await new Promise<void>((resolve) => {
        connect((other.address() as { port: number }).port, '127.0.0.1')
          .resume()
          .on('close', () => resolve())
      })
      other.close()
      expect(leaksOf()).to.have.length(1)
    })

    /** Answers with this from an address of the desk and from another; gives how often it was found after each. */
    async function leaksAfter(answer: (response: ServerResponse) => void): Promise<number[]> {
      const web = createHttp((_, response) => answer(response))
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(web.address() as { port: number }).port}`
      const counts: number[] = []
      for (const path of ['/desk/api/calls/1', '/v3/directline']) {
        expect(await (await fetch(`${url}${path}`)).text()).to.include(agentMark)
        counts.push(leaksOf().length)
      }
      web.closeAllConnections()
      web.close()
      return counts
    }

    it('in any answer but the desk’s', async () => {
      expect(await leaksAfter((response) => response.end(line))).to.deep.equal([0, 1])
    })

    for (const [coding, packed] of [
      ['gzip', gzipSync(line)],
      ['br', brotliCompressSync(line)],
      ['deflate', deflateSync(line)],
    ] as const) {
      it(`packed by ${coding}`, async () => {
        const counts = await leaksAfter((response) => {
          response.writeHead(200, { 'Content-Encoding': coding })
          response.write(packed.subarray(0, 10))
          response.end(packed.subarray(10))
        })
        expect(counts).to.deep.equal([0, 1])
      })
    }

    it('from a process that a test has started, packed or not, and from one that this has started', async () => {
      const program = `
        const { spawnSync } = require('node:child_process')
        const { createServer, get } = require('node:http')
        const { gzipSync } = require('node:zlib')
        const line = 'a ${agentMark} line'
        const server = createServer(({ url }, response) => {
          if (url !== '/packed') return response.end(line)
          response.setHeader('Content-Encoding', 'gzip').end(gzipSync(line))
        }).listen(0, '127.0.0.1', async () => {
          const url = 'http://127.0.0.1:' + server.address().port
          for (const path of ['/desk', '/plain', '/packed']) await (await fetch(url + path)).text()
          if (process.argv[1] !== 'last') spawnSync(process.execPath, ['-e', process.env.PROGRAM, 'last'])
          process.exit()
        })`
      // An environment of its own, as most tests give one.
      const child = spawn(process.execPath, ['-e', program], { env: { PROGRAM: program } })
      await new Promise((resolve) => child.once('exit', resolve))
      expect(leaksOf()).to.have.length(4)
    })
  })
})
