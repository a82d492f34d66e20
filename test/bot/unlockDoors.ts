import { randomBytes } from 'node:crypto'
import { linkKey } from '../../bot/link.ts'
import type { Route } from '../../bot/route.ts'
import type { Inbound } from '../../bot/store/index.ts'
import { type UnlockParts, unlockRoutes } from '../../bot/unlockRoutes.ts'
import { createWords } from '../../locales/index.ts'
import { createUnlockClient, readPublicKey } from '../../unlock/index.ts'
import { startEcho } from '../support/echoServer.ts'
import { bank, practise, type Received } from '../unlock/practice.ts'

/** What the links of the tests are signed with. */
export const key = linkKey(randomBytes(32))
const dir = new URL('../../locales', import.meta.url).pathname
const sentences = { flows: {}, faq: {} }
/** What the pages say. */
export const words = createWords({ dir, sentences, bank: { ...bank, forms: {} } })

/** The routes to the unlock API on a server, before a bank that is only practice. */
export type UnlockDoors = Awaited<ReturnType<typeof openDoors>>

/** Opens them; `accepted` grows by what is handed in. */
export async function openDoors() {
  const accepted: Inbound[] = []
  const practice = await practise()
  const { url, token, publicKeys } = practice
  const parts: UnlockParts = {
    client: createUnlockClient({ url, token, callbackUrl: 'http://127.0.0.1:9/unlock/callback' }),
    keys: () => publicKeys().map(readPublicKey),
    turns: {
      async accept(inbound) {
        const result = await server.store.accept(inbound)
        if (!result.seen) accepted.push(inbound)
        return result
      },
      wake: () => {},
    },
    store: {
      requesters: (id) => server.store.requesters(id),
      pass: (id) => server.store.pass(id),
      spend: (id, tells) => server.store.spend(id, tells),
    },
    words,
    linkKey: key,
    clock: () => practice.now,
  }
  const server = await startEcho({
    routes: unlockRoutes(parts),
    env: { LIMIT_REQUESTS_PER_ADDRESS: '1000000' },
  })
  return {
    practice,
    server,
    store: server.store,
    parts,
    accepted,
    async end() {
      await server.close()
      await practice.end()
    },
  }
}

/** Calls a route as the server would. */
export async function call(
  route: Route | undefined,
  id: string,
  sent: Partial<Pick<Received, 'headers' | 'body'>> = {},
) {
  if (!route) throw new Error('There is no such route')
  const url = new URL('http://bot/')
  const body = sent.body ?? Buffer.alloc(0)
  const request = {
    id: 'r',
    method: route.method,
    url,
    params: { id },
    headers: sent.headers ?? {},
    body,
    ip: '',
  }
  return route.handle(request)
}
