import { setTimeout as sleep } from 'node:timers/promises'
import { canary } from '../security/badRequest.ts'
import { customer } from '../security/customer.ts'
import { flood, type Place, type Tally } from '../security/flood.ts'
import { places } from '../security/places.ts'
import { mishaps, type Watched, watched } from '../security/watched.ts'
import { type DeskVisitor, firstAdmin, invited } from '../support/desk.ts'
import { LineCustomer } from '../support/lineCustomer.ts'
import { type LineStandIn, standInForLine } from '../support/lineStandIn.ts'
import { appId, TeamsStandIn } from '../support/teamsStandIn.ts'
import { gateServed, honest } from './honest.ts'
import type { Context, Scenario } from './scenario.ts'

/** Whatever can be sent to any of its doors, while honest customers of three channels go on. */
export const scenario: Scenario = {
  id: 'F10',
  title:
    'ends, hangs and grows by nothing of what is sent to the web chat, LINE, Teams, the desk and the practice bank',
  minutes: 40,
  async run(context) {
    const [line, teams] = [await standInForLine(), await TeamsStandIn.start()]
    const kaijo = await watched({ ...line.env, ...teams.env, NODE_EXTRA_CA_CERTS: teams.authorityFile })
    try {
      await flooded(context, kaijo, await lanes(context, kaijo, { line, teams }), line)
    } finally {
      await kaijo.end()
      await line.end()
      await teams.close()
    }
  },
}

async function flooded(context: Context, kaijo: Watched, all: Place[], line: LineStandIn): Promise<void> {
  const { quick, seed, figure, gate, pace } = context
  const others = await honest(kaijo, 3, 100)
  const onLine = writing(new LineCustomer(line, kaijo.url))
  // What is made once, at the first of a kind, is no growth.
  const first = await counted(
    context,
    flood(kaijo, all, { requests: quick ? 240 : 10_000, seed: seed + 100 }),
  )
  const then = quick ? undefined : await kaijo.sweep()
  await others.since()
  const began = performance.now()
  const rest = await counted(context, flood(kaijo, all, { requests: quick ? 960 : 100_000, seed }))
  figure('bad inputs a second', Math.round((count(rest) / (performance.now() - began)) * 1000))
  gateServed(context, 'bad inputs', await others.end())
  gate('honest customer of LINE not answered', await onLine(), '==', 0)
  figure('bad inputs', count(rest) + count(first))
  figure(
    'answers',
    [...rest.statuses]
      .map(([status, times]) => `${times} × ${status}`)
      .sort()
      .join(', '),
  )
  figure('slowest answer, ms', Math.round(Math.max(rest.slowest, first.slowest)))
  pace('answers of more than two seconds', rest.slow + first.slow, '==', 0)
  const last = quick ? await kaijo.look() : await kaijo.sweep()
  if (then) {
    figure('heap before, MB', then.heap)
    figure('heap afterwards, MB', last.heap)
    gate('heap afterwards, times that before', Math.round((last.heap / then.heap) * 100) / 100, '<=', 1.1)
  }
  gate('processes ended', kaijo.isRunning() ? 0 : 1, '==', 0)
  gate('objects that have got a property from outside', Number(last.polluted), '==', 0)
  gate('mishaps in the log', mishaps(kaijo.output()).length, '==', 0)
  const telling = kaijo
    .output()
    .split('\n')
    // A conversation is named as its channel, whose signature or token was right, names it.
    .filter((line) => line.replace(/"conversation":"[^"]*"/, '').includes(canary))
  gate('lines of the log with words from outside', telling.length, '==', 0)
  for (const line of [...mishaps(kaijo.output()), ...telling].slice(0, 5)) context.log(line.slice(0, 600))
  await served(context, kaijo)
}

/** What a flood throws is what it has found: an answer of 5xx, none at all, or one that tells too much. */
async function counted({ gate, log }: Context, flooding: Promise<Tally>): Promise<Tally> {
  let findings = 0
  const tally = await flooding.catch((error: Error): Tally => {
    findings++
    log(`${error.message}\n${error.cause}`)
    return { statuses: new Map(), slowest: 0, slow: 0 }
  })
  gate('answers that should not have been', findings, '==', 0)
  return tally
}

const count = ({ statuses }: Tally) => [...statuses.values()].reduce((sum, times) => sum + times, 0)

/** A customer who writes again whenever the answer has come; ended, it gives how many answers did not come. */
function writing(who: LineCustomer): () => Promise<number> {
  let isOver = false
  const words = ['サービスがご利用できなくなりました', '利用者', '最初から']
  const writes = (async () => {
    for (let n = 0; !isOver; n++) {
      await who.says(words[n % words.length] as string)
      await sleep(200)
    }
  })()
  return async () => {
    isOver = true
    const late = sleep(10_000, 'late', { ref: false })
    return (await Promise.race([writes.catch(() => 'failed'), late])) === undefined ? 0 : 1
  }
}

/** Whoever comes now is served as ever. */
async function served({ gate }: Context, kaijo: Watched): Promise<void> {
  const mine = await customer(kaijo)
  await mine.say('サービスがご利用できなくなりましたと出てログオンできません')
  gate('a new customer is led', Number((await mine.heard()).includes('ロックされたのは')), '==', 1)
}

interface StandIns {
  line: LineStandIn
  teams: TeamsStandIn
}

/** Eight at once; in the quick cut only the doors that test/security/flood.test.ts does not knock at. */
async function lanes({ quick }: Context, kaijo: Watched, { line, teams }: StandIns): Promise<Place[]> {
  const { bot, bank, logon } = await places(kaijo)
  const papers = (values: Record<string, string>) => ({
    ...bot.papers,
    lineSecret: line.env.LINE_CHANNEL_SECRET as string,
    values: { ...bot.papers.values, ...values },
  })
  const onLine: Place = { ...bot, at: 'line', papers: papers({ user: 'Uflood' }) }
  const { serviceUrl: service } = teams
  const inTeams: Place = {
    ...bot,
    at: 'teams',
    papers: papers({ teams: await teams.token(), service, bot: `28:${appId}` }),
  }
  const atDesk: Place = { ...bot, at: 'desk', papers: papers(await deskPapers(kaijo)) }
  return quick ? [onLine, inTeams, atDesk, bot] : [onLine, inTeams, atDesk, bot, bot, bot, bank, logon]
}

/** An admin's session, somebody's account, a call, and a customer who waits for a person. */
async function deskPapers(kaijo: Watched): Promise<Record<string, string>> {
  const welcome = /http:\S+#welcome=[\w-]+/.exec(kaijo.output())?.[0]
  const first = await firstAdmin({ url: kaijo.url, welcome })
  const admin = await invited(first, { name: 'flood.admin', role: 'admin' })
  const other = await invited(first, { name: 'flood.agent', role: 'agent' })
  await admin.ask('GET', '/desk/api/chats')
  await admin.ask('PUT', '/desk/api/presence', { away: false })
  // It is built once, soon after the start; nobody searches before that is done.
  await admin.ask('GET', '/desk/api/search?q=x')
  return {
    desk: admin.cookie ?? '',
    csrf: admin.csrf ?? '',
    account: other.id,
    chat: await waiting(kaijo),
    call: await called(admin),
  }
}

async function waiting(kaijo: Watched): Promise<string> {
  const mine = await customer(kaijo)
  await mine.say('担当者')
  await mine.heard()
  return mine.conversation
}

async function called(agent: DeskVisitor): Promise<string> {
  const body = { key: 'a-key-of-the-flood-1', flow: 'service-suspended', locale: 'ja' }
  const begun = await agent.ask('POST', '/desk/api/calls', body)
  return begun.body.id ?? begun.body.call?.id ?? ''
}
