import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Activity } from 'botbuilder-core'
import { directLine } from '../../bot/channels/directLine.ts'
import { type Config, readConfig } from '../../bot/config.ts'
import { createHealth } from '../../bot/health.ts'
import { openKeys } from '../../bot/keys.ts'
import { createLog } from '../../bot/log.ts'
import { createMetrics } from '../../bot/metrics.ts'
import type { Route } from '../../bot/route.ts'
import { createServer } from '../../bot/server.ts'
import type { Store } from '../../bot/store/index.ts'
import { openSqlite } from '../../bot/store/sqlite.ts'
import { type Bot, takeTurns } from '../../bot/turn.ts'

/** The real server, channel, store and turns with a bot that says back what it hears. */
export interface EchoServer {
  url: string
  port: number
  secret: string
  config: Config
  store: Store
  /** Lines of the log so far. */
  lines: string[]
  /** Stops it; with `again` the same data starts on the same port. */
  close(): Promise<void>
  restart(): Promise<EchoServer>
}

/** What a test may want different. */
export interface Wishes {
  env?: Record<string, string>
  clock?: () => number
  routes?: Route[]
  /** Lets a test change every route of the channel. */
  each?: (route: Route) => Route
  /** Lets a test break the store. */
  spoil?: (store: Store) => Store
  /** Kept from a run before. */
  dir?: string
  patience?: number
}

export const secret = 'a-secret-for-tests-of-forty-two-characters'

/** Starts on a free port with a fresh database. */
export async function startEcho(wishes: Wishes = {}): Promise<EchoServer> {
  const dir = wishes.dir ?? mkdtempSync(join(tmpdir(), 'kaijo-'))
  const config = readConfig({
    PORT: '0',
    DIRECT_LINE_SECRET: secret,
    LINK_KEY_FILE: join(dir, 'link.key'),
    ...wishes.env,
  })
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => lines.push(line) })
  const metrics = createMetrics()
  const real = openSqlite(join(dir, 'kaijo.db'))
  const store = wishes.spoil ? wishes.spoil(real) : real
  const turns = takeTurns({ store, bot: () => echo, log })
  await turns.start()
  const channel = directLine({
    store,
    turns,
    keys: openKeys(config.linkKeyFile),
    config,
    log,
    metrics,
    ...(wishes.clock ? { clock: wishes.clock } : {}),
    ...(wishes.patience ? { patience: wishes.patience } : {}),
  })
  const server = createServer({
    config,
    routes: [...channel.routes, ...(wishes.routes ?? [])].map(wishes.each ?? ((route) => route)),
    upgrades: channel.upgrades,
    log,
    metrics,
    health: createHealth({ store: () => store.check() }),
    ...(wishes.patience ? { patience: wishes.patience } : {}),
  })
  const { port } = await server.listen()
  const stop = async () => {
    await server.close()
    await turns.stop()
    await real.close()
  }
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    secret,
    config,
    store,
    lines,
    async close() {
      await stop()
      rmSync(dir, { recursive: true })
    },
    async restart() {
      await stop()
      return startEcho({ ...wishes, dir, env: { ...wishes.env, PORT: String(port) } })
    },
  }
}

const echo: Bot = {
  async reply({ activity, state }) {
    const before = (state as { count: number } | undefined)?.count ?? 0
    const say = (text: string) => ({ type: 'message', text, from: { id: 'kaijo', role: 'bot' } })
    const said =
      activity.type === 'message'
        ? [{ ...say(`${before + 1}: ${activity.text}`), replyToId: activity.id }]
        : [say(`${activity.type} ${activity.name ?? ''} ${activity.locale ?? ''}`.trim())]
    const count = activity.type === 'message' ? before + 1 : before
    return {
      said: said as Partial<Activity>[],
      state: { count },
      requests: [],
      passes: [],
      trace: { event: 'turn' },
    }
  },
  expectsDigits: () => true,
  allowedDigits: [],
  apology: () => ({ type: 'message', text: 'sorry' }),
}

/** A token for a new conversation, made with the secret as an operator's own site would. */
export async function newToken(server: EchoServer, body: object = {}): Promise<string> {
  const made = await call(server, '/v3/directline/tokens/generate', { bearer: secret, body })
  if (made.status !== 200) throw new Error(`no token: ${JSON.stringify(made)}`)
  return made.token
}

/** One call with JSON both ways; gives the answer's body with its status and headers. */
export async function call(
  { url }: { url: string },
  path: string,
  wishes: { bearer?: string; body?: unknown; method?: string; headers?: Record<string, string> } = {},
) {
  const answer = await fetch(url + path, {
    method: wishes.method ?? (wishes.body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(wishes.bearer ? { Authorization: `Bearer ${wishes.bearer}` } : {}),
      ...(wishes.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...wishes.headers,
    },
    ...(wishes.body === undefined ? {} : { body: JSON.stringify(wishes.body) }),
  })
  const text = await answer.text()
  return { ...(text ? JSON.parse(text) : {}), status: answer.status, headers: answer.headers }
}
