import { fill, type Lang } from '../chat/words.ts'

/** Who is logged on. */
export interface Me {
  id: string
  name: string
  /** What customers read. */
  shown: string
  role: 'agent' | 'supervisor' | 'admin'
  locale: Lang
  /** False for whoever comes by the identity provider. */
  hasPassword: boolean
  /** What each request that changes something must carry. */
  csrf: string
}

/** The server did not do what was asked; `code` is its own word for why, `status` 0 when it could not be reached. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly code: string
  /** When to come back, of one that was too many. */
  readonly seconds: number | undefined

  constructor(status: number, code: string, seconds?: number) {
    super(`The server answered ${status} ${code}`)
    this.status = status
    this.code = code
    this.seconds = seconds
  }
}

/** What every screen is given. */
export interface Api {
  /** Undefined until somebody has logged on. */
  readonly me: Me | undefined
  /** The language of the desk. */
  readonly lang: Lang
  /** A sentence of `locales/<lang>/desk.yaml` by its key, e.g. `phone.search`; `{name}` is filled in. */
  t(key: string, values?: Record<string, number | string>): string
  /** The same in another language than the desk's: for what is meant for a customer. */
  tIn(lang: Lang, key: string): string
  /** The JSON at an address below `/desk/api`; throws Refused. `background`: nobody pressed anything, so the session may go idle. */
  get<T>(path: string, how?: { signal?: AbortSignal; background?: boolean }): Promise<T>
  /** Changes something; gives the JSON that is answered, if any. Throws Refused. */
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T>
  /** Whether sounds may be played. */
  readonly sound: boolean
  /** Somebody has logged on: opens the desk. */
  entered(me: Me): void
}

/** One screen that is open in a place; what it left running is ended by `close`. */
export interface Screen {
  close(): void
}

/** Opens a screen. `rest` is what follows its name in the address, e.g. an id of `#/phone/<id>`. */
export type OpenScreen = (place: HTMLElement, api: Api, rest: string) => Screen

/** A new key for one press, so that the same press sent twice counts once. */
export function pressKey(): string {
  return crypto.randomUUID()
}

/** What is known of whoever is in front of the page. */
export interface Seat {
  me: Me | undefined
  lang: Lang
  sound: boolean
}

/** Makes the one way of the page to the server. `onLeft` is told when the session has ended. */
export function createApi(
  words: Record<Lang, Record<string, string>>,
  seat: Seat,
  told: { onLeft(): void; onEntered(me: Me): void },
): Api {
  async function ask<T>(method: string, path: string, init: RequestInit, background = false): Promise<T> {
    const headers = new Headers(init.headers)
    if (background) headers.set('x-kaijo-background', '1')
    if (method !== 'GET') headers.set('x-kaijo-csrf', seat.me?.csrf ?? '')
    const answer = await fetch(path, { ...init, method, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error
      throw new Refused(0, 'Unreachable')
    })
    const body: unknown = await answer.json().catch(() => undefined)
    // Given up while it was being read.
    init.signal?.throwIfAborted()
    if (answer.ok) return body as T
    const { error } = (body ?? {}) as { error?: { code?: string } }
    if (answer.status === 401 && seat.me) told.onLeft()
    const seconds = Number(answer.headers.get('retry-after')) || undefined
    throw new Refused(answer.status, error?.code ?? 'Unknown', seconds)
  }

  return {
    get me() {
      return seat.me
    },
    get lang() {
      return seat.lang
    },
    get sound() {
      return seat.sound
    },
    tIn: (lang, key) => words[lang][key] ?? key,
    t: (key, values) => fill(words[seat.lang][key] ?? key, values ?? {}),
    get: (path, { signal, background } = {}) => ask('GET', path, signal ? { signal } : {}, background),
    send(method, path, body) {
      const headers: HeadersInit = body ? { 'content-type': 'application/json' } : {}
      return ask(method, path, body ? { headers, body: JSON.stringify(body) } : { headers })
    },
    entered: told.onEntered,
  }
}
