import { demo } from './practice.ts'

/** A person with a browser and no script: follows links, fills in forms, keeps cookies. */
export interface Visitor {
  status: number
  path: string
  html: string
  headers: Headers
  /** Text between tags, for reading. */
  text: string
  cookies: Map<string, string>
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
    path: '',
    html: '',
    text: '',
    headers: new Headers(),
    cookies: new Map<string, string>(),
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

  async function go(path: string, init: RequestInit): Promise<Visitor> {
    const cookie = [...visitor.cookies].map((one) => one.join('=')).join('; ')
    const response = await fetch(new URL(path, origin), {
      ...init,
      redirect: 'manual',
      headers: { 'accept-language': language, ...(cookie && { cookie }), ...init.headers },
    })
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      visitor.cookies.set(name, value)
    }
    const next = response.headers.get('location')
    if (response.status === 303 && next) return go(next, {})
    const html = await response.text()
    const text = decode(html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '))
    return Object.assign(visitor, { status: response.status, path, html, text, headers: response.headers })
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

/** The id of the certificate to choose: `right`, `expired` or `stranger`, by where it stands in the list. */
export function certificateId(visitor: Visitor, which: 'right' | 'expired' | 'stranger'): string {
  const ids = [...visitor.html.matchAll(/name="certificate" value="(\d+)"/g)].map(([, id]) => id ?? '')
  return ids[['expired', 'right', 'stranger'].indexOf(which)] ?? ''
}

/** From the bank's first page to the menu, as the chat describes it. */
export async function logOn(visitor: Visitor): Promise<Visitor> {
  await visitor.open('/bank')
  await visitor.send({})
  await visitor.send({ certificate: certificateId(visitor, 'right') })
  await visitor.send({ pin: demo.pin })
  return visitor.send({ cardPassword: demo.cardPassword })
}

/** What the page's forms carry. */
export function formToken(page: Visitor): string {
  return /name="token" value="([^"]*)"/.exec(page.html)?.[1] ?? ''
}
