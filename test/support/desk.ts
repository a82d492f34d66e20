import type { Role } from '../../bot/desk/roles.ts'
import type { Store } from '../../bot/store/index.ts'

/** What came back, read. */
export interface DeskAnswer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it at once
  body: any
}

/** Somebody's browser at the desk: keeps the cookie and sends what a browser sends with a page of ours. */
export interface DeskVisitor {
  readonly url: string
  cookie: string | undefined
  csrf: string | undefined
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<DeskAnswer>
  /** The `Cookie` header, e.g. for a WebSocket. */
  cookies(): string
}

export const password = 'a long enough phrase 1'

export function deskVisitor(url: string): DeskVisitor {
  const origin = new URL(url).origin
  return {
    url,
    cookie: undefined,
    csrf: undefined,
    cookies() {
      return this.cookie ? `__Host-kaijo_desk=${this.cookie}` : ''
    },
    async ask(method, path, body, headers = {}) {
      const answer = await fetch(`${url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          'sec-fetch-site': 'same-origin',
          origin,
          ...(this.cookie && { cookie: this.cookies() }),
          ...(this.csrf && { 'x-kaijo-csrf': this.csrf }),
          ...(body && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
      })
      const set = answer.headers.get('set-cookie')?.match(/^__Host-kaijo_desk=([\w-]*)/)
      if (set) this.cookie = set[1] || undefined
      const text = await answer.text()
      const isJson = answer.headers.get('content-type')?.startsWith('application/json')
      const read = isJson && text ? JSON.parse(text) : text
      if (isJson && typeof read?.csrf === 'string') this.csrf = read.csrf
      return { status: answer.status, headers: answer.headers, body: read }
    },
  }
}

/** The first admin, who came by the link that `npm start` prints. */
export async function firstAdmin(kaijo: { url: string; welcome: string | undefined }): Promise<DeskVisitor> {
  const admin = deskVisitor(kaijo.url)
  const token = tokenOf(kaijo.welcome ?? '')
  const { status } = await admin.ask('POST', '/desk/api/welcome', {
    token,
    name: 'first.admin',
    shown: '管理',
    password,
  })
  if (status !== 200) throw new Error(`The first admin was not let in: ${status}`)
  return admin
}

/** Somebody whom an admin has invited, logged on; customers read `shown`. */
export async function invited(
  admin: DeskVisitor,
  { name, role, shown = name }: { name: string; role: Role; shown?: string },
): Promise<DeskVisitor & { id: string }> {
  const made = await admin.ask('POST', '/desk/api/accounts', { name, shown, role })
  const visitor = deskVisitor(admin.url)
  await visitor.ask('POST', '/desk/api/welcome', { token: tokenOf(made.body.link), password })
  return Object.assign(visitor, { id: made.body.account.id as string })
}

/** The token of a one-time link. */
export function tokenOf(link: string): string {
  return new URL(link).hash.replace('#welcome=', '')
}

/** Puts a conversation into the queue, as when its customer has asked for a person. */
export async function handedOver(store: Store, conversation: string): Promise<void> {
  const { channel, version, state } = await store.open(conversation, 'line')
  const ownership = { owner: 'queue', agent: null, queuedAt: 1, waitingSince: 1 } as const
  const told = { eventId: `handed-${conversation}`, eventChannel: 'test', isNew: true }
  const handoff = { begins: `h-${conversation}`, summary: {} }
  const turn = { conversation, channel, version, state: state ?? {}, said: [], requests: [] }
  await store.commit({ ...turn, ...told, ownership, handoff })
}
