import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { deaf, dripping, type Slow, slow } from '../security/slow.ts'
import { mishaps, type Watched, watched } from '../security/watched.ts'
import { endured } from './endured.ts'
import { honest } from './honest.ts'
import type { Context, Scenario } from './scenario.ts'

const callers = 500

/** The chat's own script is the largest that anybody may ask for. */
async function kinds(kaijo: Watched): Promise<Record<string, Slow>> {
  const page = await (await fetch(`${kaijo.url}/widget/`)).text()
  const script = /\/widget\/chat\.\w+\.js/.exec(page)?.[0] ?? '/'
  return { 'slow headers': slow.headers, 'slow bodies': slow.body, 'callers who read nothing': deaf(script) }
}

/** Callers who hold their connections as long as they can. */
export const scenario: Scenario = {
  id: 'F12',
  title: 'closes the connections of callers who send or read too slowly, while the others are served',
  tests: ['test/security/slow.test.ts'],
  async run(context) {
    const kaijo = await watched({ LOG_LEVEL: 'info' })
    try {
      const others = await honest(kaijo)
      await sleep(context.quick ? 1000 : 10_000)
      const before = await others.since()
      for (const [what, kind] of Object.entries(await kinds(kaijo)))
        await endured(context, kaijo, { what, others, before }, () => held(context, kaijo, what, kind))
      await others.end()
      context.gate('processes ended', kaijo.isRunning() ? 0 : 1, '==', 0)
      context.gate('mishaps in the log', mishaps(kaijo.output()).length, '==', 0)
    } finally {
      await kaijo.end()
    }
  },
}

/** By the bot's own count of its connections: a client that reads nothing does not hear of the end. */
async function held(
  { figure, gate, pace }: Context,
  kaijo: Watched,
  what: string,
  kind: Slow,
): Promise<void> {
  const { sockets: before } = await kaijo.look()
  const port = Number(new URL(kaijo.url).port)
  const open: Socket[] = Array.from({ length: callers }, () => connect(port, '127.0.0.1'))
  const over = Promise.withResolvers<void>()
  const began = performance.now()
  let left = callers
  const ends = open.map((socket) => dripping(socket, kind, over.promise))
  let most = 0
  // Honest customers open some meanwhile; and the last of these may not be let in before the first are sent away.
  for (
    let now = callers;
    performance.now() - began < 40_000 && (now > 20 || performance.now() - began < 4000);
  ) {
    await sleep(200)
    now = (await kaijo.look()).sockets - before
    most = Math.max(most, now)
    left = now
  }
  figure(`connections held, ${what}`, most)
  pace(`seconds until closed, ${what}`, Math.round((performance.now() - began) / 100) / 10, '<=', 12)
  gate(`connections still held, ${what}`, Math.max(0, left - 20), '==', 0)
  over.resolve()
  for (const socket of open) socket.destroy()
  await Promise.all(ends)
}
