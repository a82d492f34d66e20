import { expect } from 'chai'
import type { Route } from '../../bot/route.ts'
import { startEcho } from '../support/echoServer.ts'

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

  it('has twice the room for webhooks that nobody sends again', async () => {
    const { route, release } = slow({ probe: true })
    const server = await startEcho({ routes: [route], env: { LIMIT_REQUESTS_AT_ONCE: '2' } })
    const { all, statuses } = await fill(server, '/slow', 6)
    while (statuses.length < 2) await settled(5)
    release()
    expect((await all).map(({ status }) => status).toSorted()).to.deep.equal([200, 200, 200, 200, 503, 503])
    await server.close()
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
