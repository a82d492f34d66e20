import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { createApi } from '../../unlock/sandbox/api.ts'
import { openKeys as openBankKeys } from '../../unlock/sandbox/keys.ts'
import { createLogonPages } from '../../unlock/sandbox/logonPages.ts'
import { createPages } from '../../unlock/sandbox/pages.ts'
import { Line } from '../support/hostile.ts'
import { formToken, logOn, type Visitor, visit } from '../unlock/visitor.ts'
import { badRequest, canary } from './badRequest.ts'
import { customer } from './customer.ts'
import { leaks } from './leaks.ts'
import { onTheWire, type Papers } from './onTheWire.ts'
import { mishaps, type Watched, watched } from './watched.ts'

const requests = Number(process.env.FLOOD_REQUESTS ?? 20_000)
const seed = Number(process.env.FLOOD_SEED ?? 20_261_123)
const lanes = 8

describe('a flood of bad requests', function () {
  this.timeout(240_000)
  let kaijo: Watched
  before(async () => {
    kaijo = await watched()
  })
  after(() => kaijo?.end())

  it('ends, hangs and breaks nothing, and no answer tells what was sent or how we are made', async () => {
    const first = await kaijo.look()
    const paths = [...new Set(first.routes.map(({ path }) => path))]
    const inside = await logOn(visit(kaijo.sandboxUrl))
    const places: Place[] = [
      { at: 'bot', url: kaijo.url, paths, papers: await botPapers(kaijo) },
      { at: 'bank', url: kaijo.sandboxUrl, paths: sandboxPaths(), papers: await bankPapers(kaijo, inside) },
      { at: 'bank', url: inside.origin, paths: logonPaths(), papers: await bankPapers(kaijo, inside) },
    ]
    const statuses = new Map<string, number>()
    const flood = (lane: number) => {
      const { at, url, paths, papers } = places[[0, 0, 0, 1, 0, 0, 0, 2][lane] ?? 0] as Place
      const { port, protocol } = new URL(url)
      const line = new Line(
        Number(port),
        15_000,
        protocol === 'https:' ? { ...inside.certificate, servername: 'localhost' } : undefined,
      )
      const bad = badRequest({ paths, at })
      const property = fc.asyncProperty(bad, async (request) => {
        const { bytes, sending, deservesAnswer } = onTheWire(request, papers)
        const outcome = await line.send(bytes, sending)
        const status = String(outcome.status ?? 'closed')
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (deservesAnswer && outcome.status === undefined) throw new Error('closed without an answer')
        // Nothing is missing here, so that not even the documented 503 has a reason.
        if (outcome.status !== undefined && outcome.status >= 500) throw new Error(`answered ${outcome.raw}`)
        const found = leaks(request, outcome, kaijo)
        if (found.length > 0) throw new Error(`the answer tells ${found.join(', ')}:\n${outcome.raw}`)
        if (!kaijo.isRunning()) throw new Error(`the process has ended:\n${kaijo.output().slice(-2000)}`)
      })
      return fc.assert(property, { numRuns: requests / lanes, seed: seed + lane }).finally(() => line.close())
    }
    await Promise.all(Array.from({ length: lanes }, (_, lane) => flood(lane)))

    const last = await kaijo.look()
    if (process.env.FLOOD_REPORT)
      process.stderr.write(`${JSON.stringify([...statuses])} ${last.megabytes} MB\n`)
    expect(last.pid).to.equal(first.pid)
    expect(last.polluted).to.equal(false)
    expect(mishaps(kaijo.output()).join('\n')).to.equal('')
    expect(kaijo.output()).not.to.contain(canary)
    // The flood went further than the door.
    for (const status of ['200', '201', '204', '303', '400', '401', '403', '404', '405', '413', '415'])
      expect(statuses.get(status), `answers with ${status}`).to.be.greaterThan(0)
  })

  it('leaves honest customers served as before', async () => {
    const mine = await customer(kaijo)
    await mine.say('サービスがご利用できなくなりましたと出てログオンできません')
    expect(await mine.heard()).to.contain('ロックされたのは')
    const visitor = await visit(kaijo.sandboxUrl).open('/')
    expect(visitor.status).to.equal(200)
  })
})

/** Where requests go, and what they carry there. */
interface Place {
  at: 'bot' | 'bank'
  url: string
  paths: readonly string[]
  papers: Papers
}

function logonPaths(): string[] {
  const pages = createLogonPages({} as Parameters<typeof createLogonPages>[0])
  return [...new Set([...[...pages.keys()].map((key) => key.split(' ')[1] ?? ''), '/sandbox.css', '/*'])]
}

function sandboxPaths(): string[] {
  const pages = createPages({} as Parameters<typeof createPages>[0])
  const api = createApi({} as Parameters<typeof createApi>[0])
  const paths = [...pages.keys(), ...api.keys()].map((key) => key.split(' ')[1] ?? '')
  return [...new Set([...paths, '/sandbox.css', '/*'])]
}

/** A live conversation, the operator's secret and a good link. */
async function botPapers(kaijo: Watched): Promise<Papers> {
  let link = ''
  const mine = await customer(kaijo)
  const { token, conversation } = mine
  for (const text of ['サービスがご利用できなくなりました', '利用者', '3つともあります', 'はい', 'はい']) {
    if (link) break
    await mine.say(text)
    link = /\/go\/([\w.-]+)/.exec(await mine.heard())?.[1] ?? link
  }
  expect(link, 'the link of the unlock step').not.to.equal('')
  const { token: apiToken, signing } = openBankKeys(join(kaijo.dir, 'sandbox'))
  const { id } = await unlockRequest(kaijo, apiToken)
  const host = new URL(kaijo.url).host
  return {
    signing: signing()[0]!,
    values: { host, token, conversation, link, secret: kaijo.secret, request: id, apiToken },
  }
}

/** The bot's credential, a form's token and a visit that has come as far as the menu. */
async function bankPapers(kaijo: Watched, menu: Visitor): Promise<Papers> {
  const { token: apiToken, signing } = openBankKeys(join(kaijo.dir, 'sandbox'))
  const { id: request } = await unlockRequest(kaijo, apiToken)
  const fresh = await visit(kaijo.sandboxUrl).open('/')
  const inside = await menu.open('/bank/users')
  const cookieOf = (one: typeof fresh) => one.cookies.get('kaijo_sandbox') ?? ''
  return {
    signing: signing()[0]!,
    values: {
      host: new URL(menu.origin).host,
      apiToken,
      request,
      cookie: cookieOf(fresh),
      form: formToken(fresh),
      inside: cookieOf(inside),
      insideForm: formToken(inside),
    },
  }
}

async function unlockRequest(kaijo: Watched, apiToken: string): Promise<{ id: string }> {
  const answer = await fetch(`${kaijo.sandboxUrl}/v1/requests`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiToken}`,
      'content-type': 'application/json',
      'idempotency-key': `flood-${Math.random()}`,
    },
    body: JSON.stringify({
      purpose: 'clear-user-suspension',
      locale: 'ja',
      channel: 'directline',
      customer: 'customer-of-the-flood',
      callbackUrl: `${kaijo.url}/unlock/callback`,
    }),
  })
  return (await answer.json()) as { id: string }
}
