import { setTimeout as sleep } from 'node:timers/promises'
import { customer } from '../security/customer.ts'
import { mishaps, type Watched, watched } from '../security/watched.ts'
import { firstAdmin } from '../support/desk.ts'
import { standInForLine } from '../support/lineStandIn.ts'
import { attackStrings } from './attackStrings.ts'
import type { Context, Scenario } from './scenario.ts'

/** Texts at which a careless pattern would think for minutes, wherever somebody may write. */
export const scenario: Scenario = {
  id: 'F15',
  title: 'thinks about no text of a customer or an agent for longer than a fifth of a second',
  minutes: 20,
  async run(context) {
    const line = await standInForLine()
    const kaijo = await watched({ LOG_LEVEL: 'info', ...line.env })
    try {
      const entries = await doors(kaijo, line)
      for (const [name, send] of Object.entries(entries)) await attack(context, kaijo, name, send)
      context.gate('processes ended', kaijo.isRunning() ? 0 : 1, '==', 0)
      context.gate('mishaps in the log', mishaps(kaijo.output()).length, '==', 0)
    } finally {
      await kaijo.end()
      await line.end()
    }
  },
}

/** Sends a text; resolves when the bot has done with it. */
type Send = (text: string) => Promise<unknown>

const most: Record<string, number> = {
  LINE: 5000,
  'a tap in LINE': 300,
  'a guide number': 64,
  'a language': 35,
}

async function attack(context: Context, kaijo: Watched, name: string, send: Send): Promise<void> {
  const all = attackStrings(most[name] ?? 4000).filter((_, at) => !context.quick || at % 12 === 1)
  // What is compiled at the first text is no thinking.
  for (const text of ['はい', 'サービスがご利用できなくなりました', ...all.slice(0, 5)]) await send(text)
  let slowest = { ms: 0, text: '' }
  for (const text of all) {
    const before = (await kaijo.look()).cpu
    await send(text)
    const ms = (await kaijo.look()).cpu - before
    if (ms > slowest.ms) slowest = { ms, text }
  }
  context.figure(`texts, ${name}`, all.length)
  context.figure(`the one that took longest, ${name}`, JSON.stringify(slowest.text.slice(0, 12)))
  // The whole work of the process meanwhile: the turn, its commit, and collecting garbage; a busy machine changes little of it.
  context.gate(`most work for one text, ${name}, ms`, Math.round(slowest.ms), '<=', 200)
}

async function doors(
  kaijo: Watched,
  line: Awaited<ReturnType<typeof standInForLine>>,
): Promise<Record<string, Send>> {
  const mine = await customer(kaijo)
  const welcome = /http:\S+#welcome=[\w-]+/.exec(kaijo.output())?.[0]
  const agent = await firstAdmin({ url: kaijo.url, welcome })
  const post = (path: string, body: object) =>
    fetch(kaijo.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((answer) => answer.text())
  const onLine = async (more: object) => {
    const user = 'Uattack'
    const before = line.got(user).length
    await line.post(kaijo.url, [line.event(user, { ...more })])
    for (let n = 0; n < 200 && line.got(user).length === before; n++) await sleep(5)
  }
  return {
    'web chat': async (text) => {
      if ((await mine.say(text)) === 200 && text.trim() !== '')
        await Promise.race([mine.heard(), sleep(3000)])
    },
    LINE: (text) => onLine({ type: 'message', message: { type: 'text', id: '1', text } }),
    'a tap in LINE': (data) => onLine({ type: 'postback', postback: { data } }),
    'a guide number': (guide) => post('/widget/session', { guide }),
    'a language': (locale) => post('/widget/session', { locale }),
    'search at the desk': (text) =>
      agent.ask('GET', `/desk/api/search?q=${encodeURIComponent(text.slice(0, 1500).toWellFormed())}`),
    'log-on at the desk': (name) => agent.ask('POST', '/desk/api/session', { name, password: name }),
  }
}
