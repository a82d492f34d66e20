import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import { createCrowd } from '../../bot/crowd.ts'
import type { Route } from '../../bot/route.ts'
import { startEcho } from '../support/echoServer.ts'

/**
 * In a thread of its own, since ours does the work: connects often, counts in `sent` whose request is on its way, and
 * says with which statuses it was answered.
 */
const callAtOnce = `
  const { connect } = require('node:net')
  const { parentPort, workerData: { port, count, sent } } = require('node:worker_threads')
  const call = () => new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.write('POST /busy HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 2\\r\\n\\r\\n{}', () => {
      Atomics.add(sent, 0, 1)
      Atomics.notify(sent, 0)
    })
    socket.once('data', (data) => {
      socket.destroy()
      resolve(String(data).slice(9, 12))
    })
  })
  Promise.all(Array.from({ length: count }, call)).then((statuses) => parentPort.postMessage(statuses))`

describe('the crowd', () => {
  /** A route that answers when it is let, and one that knows nothing of it. */
  function slow(more: Partial<Route> = {}) {
    const gate = Promise.withResolvers<void>()
    const held: Route = {
      method: 'POST',
      path: '/slow',
      maxBody: 100,
      handle: async () => {
        await gate.promise
        return { status: 200, body: { isAnswered: true } }
      },
      ...more,
    }
    return { route: held, release: gate.resolve }
  }
  const settled = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const post = (url: string, path: string) => fetch(url + path, { method: 'POST', body: '{}' })

  async function fill(server: { url: string }, path: string, count: number) {
    const open: Promise<Response>[] = []
    const statuses: number[] = []
    for (let n = 0; n < count; n++) open.push(post(server.url, path))
    for (const one of open) void one.then(({ status }) => statuses.push(status))
    return { all: Promise.all(open), statuses }
  }

  it('turns away whoever could not be answered soon, with a time to come back, and answers those who were let in', async () => {
    const { route, release } = slow()
    const quick: Route = { method: 'POST', path: '/quick', maxBody: 100, handle: () => ({ status: 200 }) }
    const server = await startEcho({ routes: [route, quick], env: { LIMIT_REQUESTS_AT_ONCE: '3' } })
    const { all, statuses } = await fill(server, '/slow', 5)
    while (statuses.length < 2) await settled(5)
    const refused = await post(server.url, '/quick')
    expect(refused.status).to.equal(503)
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 60)
    expect(await refused.json()).to.have.nested.property('error.code', 'TooBusy')
    expect((await fetch(`${server.url}/readyz`)).status, 'a probe').to.equal(200)
    release()
    expect((await all).map(({ status }) => status).toSorted()).to.deep.equal([200, 200, 200, 503, 503])
    expect((await post(server.url, '/quick')).status, 'afterwards').to.equal(200)
    await server.close()
  })

  it('tells a page of another origin when to come back: its browser may ask beforehand', async () => {
    const { route, release } = slow({ cors: true })
    const origin = 'https://bank.example'
    const server = await startEcho({
      routes: [route],
      env: { LIMIT_REQUESTS_AT_ONCE: '1', WIDGET_ORIGINS: origin },
    })
    const { all, statuses } = await fill(server, '/slow', 2)
    while (statuses.length < 1) await settled(5)
    const call = (method: string) => fetch(`${server.url}/slow`, { method, headers: { origin } })
    const asked = await call('OPTIONS')
    expect(asked.status).to.equal(204)
    expect(asked.headers.get('access-control-allow-origin')).to.equal(origin)
    const refused = await call('POST')
    expect(refused.status).to.equal(503)
    expect(refused.headers.get('access-control-allow-origin')).to.equal(origin)
    expect(refused.headers.get('access-control-expose-headers')).to.include('Retry-After')
    release()
    await all
    await server.close()
  })

  it('has twice the room for webhooks that nobody sends again', async () => {
    const { route, release } = slow({ probe: true })
    const server = await startEcho({ routes: [route], env: { LIMIT_REQUESTS_AT_ONCE: '2' } })
    const { all, statuses } = await fill(server, '/slow', 6)
    while (statuses.length < 2) await settled(5)
    release()
    expect((await all).map(({ status }) => status).toSorted()).to.deep.equal([200, 200, 200, 200, 503, 503])
    await server.close()
  })

  it('turns away newcomers, and no probe, while too many turns are behind that were promised', async () => {
    let behind = 2
    const crowd = createCrowd(2, () => behind)
    const answered = (route: { method: 'GET' | 'POST'; probe?: true }) =>
      crowd.serve(route, () => 200).catch(({ status }) => status)
    const now = () =>
      Promise.all([
        answered({ method: 'POST' }),
        answered({ method: 'POST', probe: true }),
        answered({ method: 'GET', probe: true }),
      ])
    expect(await now()).to.deep.equal([503, 200, 200])
    behind = 4
    expect(await now()).to.deep.equal([503, 503, 200])
    behind = 1
    expect(await now()).to.deep.equal([200, 200, 200])
  })

  it('sees all who wait outside while it works for those inside', async () => {
    const work = (ms: number) => {
      const until = performance.now() + ms
      while (performance.now() < until);
    }
    const busy: Route = {
      method: 'POST',
      path: '/busy',
      maxBody: 100,
      handle: () => {
        work(20)
        return { status: 200 }
      },
    }
    const server = await startEcho({ routes: [busy], env: { LIMIT_REQUESTS_AT_ONCE: '4' } })
    const sent = new Int32Array(new SharedArrayBuffer(4))
    const workerData = { port: server.port, count: 40, sent }
    const callers = new Worker(callAtOnce, { eval: true, workerData })
    await once(callers, 'online')
    const answered = once(callers, 'message')
    // All stand outside with their requests when we look again. Taken one at a time nobody would be turned away.
    for (let seen = 0; seen < 40; seen = Atomics.load(sent, 0)) Atomics.wait(sent, 0, seen)
    const [statuses] = (await answered) as [string[]]
    expect(statuses).to.have.length(40)
    expect(new Set(statuses)).to.deep.equal(new Set(['200', '503']))
    await callers.terminate()
    await server.close()
  })

  it('lets customers in a conversation go before those who ask for files, and forgets neither', async () => {
    const crowd = createCrowd(1000)
    const file = { method: 'GET', yields: true } as const
    const chat = { method: 'POST' } as const
    const begun: string[] = []
    const ask = (route: typeof file | typeof chat, name: string) =>
      crowd.serve(route, async () => void begun.push(name))
    const files = Array.from({ length: 200 }, (_, n) => ask(file, `file ${n}`))
    const first = ask(chat, 'chat')
    await Promise.all([first, ...files])
    expect(begun.indexOf('chat'), 'behind the files whose turn it was').to.be.below(64)

    begun.length = 0
    const chats = Array.from({ length: 200 }, (_, n) => ask(chat, `chat ${n}`))
    await Promise.all([...chats, ask(file, 'file')])
    expect(begun.indexOf('file'), 'before the last of many customers').to.be.below(100)
    expect(begun.filter((name) => name !== 'file')).to.deep.equal(chats.map((_, n) => `chat ${n}`))
  })

  it('gives no place to who has not sent all of it, and takes one back from work that fails', async () => {
    const failing: Route = {
      method: 'POST',
      path: '/failing',
      maxBody: 100,
      handle: () => {
        throw new Error('a mistake of ours')
      },
    }
    const server = await startEcho({
      routes: [failing],
      env: { LIMIT_REQUESTS_AT_ONCE: '1', LOG_LEVEL: 'silent' },
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('{'))
        await promise
        controller.enqueue(new TextEncoder().encode('}'))
        controller.close()
      },
    })
    const slowly = fetch(`${server.url}/failing`, { method: 'POST', body, duplex: 'half' } as RequestInit)
    for (let n = 0; n < 3; n++) expect((await post(server.url, '/failing')).status).to.equal(500)
    resolve()
    expect((await slowly).status).to.equal(500)
    await server.close()
  })
})
