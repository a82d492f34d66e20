import type { SecureContextOptions } from 'node:tls'
import { Agent, fetch } from 'undici'
import { demo } from './practice.ts'

/** A person with a browser and no script: follows links, fills in forms, keeps cookies. */
export interface Visitor {
  status: number
  /** Where the page was, and its path there. */
  origin: string
  path: string
  html: string
  headers: Headers
  /** Text between tags, for reading. */
  text: string
  cookies: Map<string, string>
  /** The client certificate that is shown to who asks for one. */
  certificate: SecureContextOptions | undefined
  /** What was last asked for and came as a file. */
  file: Buffer
  open(path: string, headers?: Record<string, string>): Promise<Visitor>
  /** Fills in the form that has all these fields, and presses its (last) button. */
  send(fields: Record<string, string>, change?: FormChange): Promise<Visitor>
}

/** What a test tampers with. */
export interface FormChange {
  action?: string
  token?: string
  headers?: Record<string, string>
}

export function visit(origin: string, language = 'ja'): Visitor {
  const visitor = {
    status: 0,
    origin,
    path: '',
    html: '',
    text: '',
    headers: new Headers(),
    cookies: new Map<string, string>(),
    certificate: undefined,
    file: Buffer.alloc(0),
    open: (path, headers) => go(path, { headers: { ...headers } }),
    async send(fields, { action, token, headers } = {}) {
      const found = [...visitor.html.matchAll(/<form method="post"([^>]*)>(.*?)<\/form>/gs)].find(([form]) =>
        Object.keys(fields).every((name) => form.includes(`name="${name}"`)),
      )
      if (!found && !action)
        throw new Error(`No form at ${visitor.path} has ${Object.keys(fields)}: ${visitor.text}`)
      const to = action ?? /action="([^"]*)"/.exec(found?.[1] ?? '')?.[1] ?? visitor.path
      const own = /name="token" value="([^"]*)"/.exec(found?.[2] ?? '')?.[1] ?? ''
      const body = new URLSearchParams({ token: token ?? own, ...fields })
      return go(to, { method: 'POST', body, headers: { ...headers } })
    },
  } as Visitor

  /** Where the pages are that ask for a certificate, once it has been seen. */
  let behind = origin
  const agents = new Map<SecureContextOptions | undefined, Agent>()
  const agent = () => {
    const known = agents.get(visitor.certificate) ?? new Agent({ connect: { ...visitor.certificate } })
    agents.set(visitor.certificate, known)
    return known
  }

  async function go(address: string, init: RequestInit): Promise<Visitor> {
    const cookie = [...visitor.cookies].map((one) => one.join('=')).join('; ')
    const byHand = address.startsWith('/bank/') ? behind : origin
    const url = new URL(address, init.method === 'POST' ? visitor.origin : byHand)
    const response = await fetch(url, {
      ...(init as object),
      dispatcher: agent(),
      redirect: 'manual',
      headers: {
        'accept-language': language,
        ...(cookie && { cookie }),
        ...(init.headers as Record<string, string>),
      },
    })
    visitor.origin = url.origin
    if (url.origin !== origin) behind = url.origin
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      visitor.cookies.set(name, value)
    }
    const next = response.headers.get('location')
    if (response.status === 303 && next) {
      await response.body?.cancel()
      return go(new URL(next, url).href, {})
    }
    const file = Buffer.from(await response.arrayBuffer())
    const html = file.toString()
    const text = decode(html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '))
    const path = url.pathname + url.search
    const headers = response.headers as unknown as Headers
    return Object.assign(visitor, { status: response.status, path, html, text, headers, file })
  }
  return visitor
}

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

function decode(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? '')
}

/** Downloads a contract's certificate from the help page, with the password that stands there, and shows it from now on. */
export async function importCertificate(visitor: Visitor, contract = demo.contract): Promise<Visitor> {
  const section = await helpSection(visitor, contract)
  const passphrase = /<code>([\w-]+)<\/code>/.exec(section)?.[1] ?? ''
  const { file } = await visitor.open(`/certificates/${contract}`)
  visitor.certificate = { pfx: file, passphrase }
  return visitor
}

/** The 確認用パスワード that the page asks for, from the card on the help page; the visitor stays where it is. */
export async function cardPassword(visitor: Visitor, contract = demo.contract): Promise<string> {
  const place = Number(/(?:カードの|number )(\d+)/.exec(visitor.text)?.[1])
  const { html, text, path, status, origin } = visitor
  const face = [...(await helpSection(visitor, contract)).matchAll(/<li><(?:code|s)>(\d+)/g)]
  Object.assign(visitor, { html, text, path, status, origin })
  return face[place - 1]?.[1] ?? ''
}

async function helpSection(visitor: Visitor, contract: string): Promise<string> {
  const { html } = await visitor.open('/')
  const sections = html.split('<details').slice(1)
  return sections.find((one) => one.includes(`<b>${contract}</b>`)) ?? ''
}

/** From the bank's first page to the menu, as the chat describes it. */
export async function logOn(visitor: Visitor): Promise<Visitor> {
  await atPin(visitor)
  await visitor.send({ pin: demo.pin })
  return visitor.send({ cardPassword: await cardPassword(visitor) })
}

/** To where the PIN is asked for. */
export async function atPin(visitor: Visitor): Promise<Visitor> {
  if (!visitor.certificate) await importCertificate(visitor)
  await visitor.open('/bank')
  return visitor.send({})
}

/** What the page's forms carry. */
export function formToken(page: Visitor): string {
  return /name="token" value="([^"]*)"/.exec(page.html)?.[1] ?? ''
}
