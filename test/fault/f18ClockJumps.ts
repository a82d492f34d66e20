import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type LineStandIn, standInForLine } from '../support/lineStandIn.ts'
import { startPostgres } from '../support/postgres.ts'
import type { Served } from '../support/process.ts'
import { endBots, startBots } from './bots.ts'
import { Crowd, gateVerdict, versionsIn } from './crowd.ts'
import type { Context, Scenario } from './scenario.ts'

const HOUR = 3600 * 1000
/** A process looks at its clock that often. */
const LOOKS_MS = 200
const jumps = [HOUR, 0, -HOUR, 0]

export const scenario: Scenario = {
  id: 'F18',
  title: 'keeps its promises while its clock jumps an hour on and back',
  async run(context) {
    const clock = new Clock()
    try {
      await onSqlite(context, clock)
      if (!context.quick) await onPostgres(context, clock)
    } finally {
      clock.end()
    }
  },
}

/** What the wall clocks of some processes show. */
class Clock {
  readonly #dir = mkdtempSync(join(tmpdir(), 'kaijo-clock-'))
  readonly #file = join(this.#dir, 'offset')
  readonly env: Record<string, string>

  constructor() {
    const preload = pathToFileURL(join(import.meta.dirname, 'clockPreload.ts'))
    this.env = { CLOCK_FILE: this.#file, NODE_OPTIONS: `--import=${preload}` }
    writeFileSync(this.#file, '0')
  }

  /** Off by so many milliseconds; resolves when every process has seen it. */
  async set(off: number): Promise<void> {
    writeFileSync(this.#file, String(off))
    await sleep(LOOKS_MS)
  }

  end(): void {
    rmSync(this.#dir, { recursive: true })
  }
}

async function onSqlite(context: Context, clock: Clock): Promise<void> {
  const line = await standInForLine()
  const bots = await startBots(1, { ...clock.env, ...line.env })
  const [bot] = bots as [Served]
  try {
    await judgeTokens(context, clock, bot)
    await sendThrough(context, clock, bot, line)
    await writeThrough(context, clock, bots, 'SQLite', () => {
      const db = new DatabaseSync(join(bot.dir, 'kaijo.db'), { readOnly: true })
      const rows = db.prepare('SELECT id, version FROM conversations').all()
      db.close()
      return new Map(rows.map(({ id, version }) => [String(id), Number(version)]))
    })
  } finally {
    await clock.set(0)
    await endBots(bots)
    await line.end()
  }
}

/** Leases are counted by the clock of the database; the clocks of the processes differ by an hour. */
async function onPostgres(context: Context, clock: Clock): Promise<void> {
  const postgres = await startPostgres()
  const place = postgres.place()
  const steady = await startBots(1, { STORAGE_URL: place })
  const shifted = await startBots(1, {
    STORAGE_URL: place,
    ...clock.env,
    LINK_KEY_FILE: join((steady[0] as Served).dir, 'link.key'),
  })
  try {
    await writeThrough(context, clock, [...steady, ...shifted], 'PostgreSQL', () => versionsIn(place))
  } finally {
    await (shifted[0] as Served).stop()
    await endBots(steady)
    rmSync((shifted[0] as Served).dir, { recursive: true })
    await postgres.stop()
  }
}

async function judgeTokens({ gate }: Context, clock: Clock, bot: Served): Promise<void> {
  const post = async (path: string, credential: string) => {
    const headers = { authorization: `Bearer ${credential}` }
    return fetch(`${bot.url}/v3/directline${path}`, { method: 'POST', headers })
  }
  const made = (await (await post('/tokens/generate', bot.secret)).json()) as {
    token: string
    expires_in: number
  }
  const statusAt = async (seconds: number) => {
    await clock.set(seconds * 1000)
    return (await post('/tokens/refresh', made.token)).status
  }
  gate('token: status a minute before its end', await statusAt(made.expires_in - 60), '==', 200)
  gate('token: status a minute after its end', await statusAt(made.expires_in + 60), '==', 403)
  gate('token: status an hour on', await statusAt(3600), '==', 403)
  await clock.set(0)
}

/** LINE takes nothing at first, so that everything is put off; then the clock jumps. */
async function sendThrough(
  { gate, figure, quick }: Context,
  clock: Clock,
  bot: Served,
  line: LineStandIn,
): Promise<void> {
  const users = Array.from({ length: quick ? 5 : 20 }, (_, n) => `Uclock${n}`)
  for (const path of ['/reply', '/push'])
    line.faults.set(
      path,
      users.map(() => '500 before' as const),
    )
  for (const user of users) {
    const message = { type: 'text', id: 'm', text: '質問です' }
    while ((await line.post(bot.url, [line.event(user, { type: 'message', message })])).status !== 200);
  }
  const refused = () => line.calls.filter(({ status }) => status === 500).length
  for (const end = performance.now() + 30_000; refused() < users.length && performance.now() < end; )
    await sleep(20)
  for (const jump of jumps) await clock.set(jump)
  const all = () => users.every((user) => line.got(user).length > 0)
  for (const end = performance.now() + 30_000; !all() && performance.now() < end; ) await sleep(50)
  // Whatever were sent a second time would be sent now.
  for (const jump of jumps) await clock.set(jump)
  await sleep(2000)
  figure('LINE: tries that it did not take', refused())
  gate(
    'LINE: customers without an answer',
    users.filter((user) => line.got(user).length === 0).length,
    '==',
    0,
  )
  gate('LINE: customers with two', users.filter((user) => line.got(user).length > 1).length, '==', 0)
}

/** With the secret of the bank's own server, which no clock ends. */
async function writeThrough(
  context: Context,
  clock: Clock,
  bots: Served[],
  name: string,
  versions: () => Promise<Map<string, number>> | Map<string, number>,
): Promise<void> {
  const crowd = new Crowd(bots, context.quick ? 6 : 20, { bySecret: true })
  await crowd.begin()
  for (let n = 0; n < (context.quick ? 1 : 10); n++)
    for (const jump of jumps) {
      await clock.set(jump)
      await crowd.goesOn(50)
    }
  const histories = await crowd.end()
  const applied = await versions()
  for (const history of histories) history.version = applied.get(history.conversation)
  gateVerdict(context, name, histories)
  context.gate(
    `${name}: answers other than 2xx, and 503 with Retry-After`,
    crowd.answers.odd + crowd.answers.unclear,
    '==',
    0,
  )
  context.figure(`${name}: messages`, crowd.taken)
}
