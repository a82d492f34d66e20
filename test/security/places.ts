import { join } from 'node:path'
import { expect } from 'chai'
import { createApi } from '../../unlock/sandbox/api.ts'
import { openKeys as openBankKeys } from '../../unlock/sandbox/keys.ts'
import { createLogonPages } from '../../unlock/sandbox/logonPages.ts'
import { createPages } from '../../unlock/sandbox/pages.ts'
import { formToken, logOn, type Visitor, visit } from '../unlock/visitor.ts'
import { customer } from './customer.ts'
import type { Place } from './flood.ts'
import type { Papers } from './onTheWire.ts'
import type { Watched } from './watched.ts'

/** The web chat and the practice bank, with everything that an honest customer would hold. */
export async function places(kaijo: Watched): Promise<Record<'bot' | 'bank' | 'logon', Place>> {
  const paths = [...new Set((await kaijo.look()).routes.map(({ path }) => path))]
  const inside = await logOn(visit(kaijo.sandboxUrl))
  const bank = { at: 'bank', visitor: inside } as const
  return {
    bot: { at: 'bot', url: kaijo.url, paths, papers: await botPapers(kaijo) },
    bank: { ...bank, url: kaijo.sandboxUrl, paths: sandboxPaths(), papers: await bankPapers(kaijo, inside) },
    logon: { ...bank, url: inside.origin, paths: logonPaths(), papers: await bankPapers(kaijo, inside) },
  }
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
