import { isFinal } from '../requestState.ts'
import type { Contracts } from './contracts.ts'
import type { View } from './frame.ts'
import type { Html } from './html.ts'
import { Refusal } from './refusal.ts'
import type { KeptRequest, Requests } from './requests.ts'
import * as screens from './screens.ts'
import type { SecretKind, Secrets } from './secrets.ts'
import { mostAttempts } from './secrets.ts'
import type { Session, Sessions, Stage } from './sessions.ts'
import { stages } from './sessions.ts'

/** One request for a page by one visitor. */
export interface Visit {
  view: View
  /** The visitor's cookie; new when they had none. */
  cookie: string
  session: Session | undefined
  /** What the form says; empty for GET. */
  form: URLSearchParams
  /** `id` of `/requests/:id`. */
  id: string
}

/** A page, or where to go next. */
export type PageAnswer =
  | { status: number; html: Html; cookie?: string }
  | { location: string; cookie?: string }

export type PageHandler = (visit: Visit) => PageAnswer | Promise<PageAnswer>

/** What the bank knows. */
export interface Bank {
  contracts: Contracts
  secrets: Secrets
  sessions: Sessions
  requests: Requests
}

const places: Record<Stage, string> = {
  top: '/bank',
  certificate: '/bank/certificate',
  pin: '/bank/pin',
  confirm: '/bank/confirm',
  in: '/bank/menu',
}

/** Every page and form by `METHOD path`. GET changes nothing. */
export function createPages(bank: Bank): Map<string, PageHandler> {
  const pages: Record<string, PageHandler> = {
    ...helpPages(bank),
    ...entryPages(bank),
    ...logonPages(bank),
    ...userPages(bank),
  }
  return new Map(Object.entries(pages))
}

function helpPages({ contracts, requests }: Bank): Record<string, PageHandler> {
  const help = (view: View) => screens.helpPage(view, contracts.demo, mostAttempts)
  return {
    'GET /': ({ view }) => ok(help(view)),
    'GET /requests': () => ({ location: '/' }),
    'GET /reset': () => ({ location: '/' }),
    'POST /reset': async ({ view }) => {
      await contracts.reset()
      return ok(help({ ...view, done: view.say('help.resetDone') }))
    },
    'POST /requests': ({ view, form }) => {
      const request = requests.findByNumber(form.get('number') ?? '')
      if (request) return { location: `/requests/${request.id}` }
      return mistaken(help({ ...view, error: view.say('help.unknown'), wrong: 'number' }))
    },
  }
}

function entryPages({ requests, sessions }: Bank): Record<string, PageHandler> {
  function find({ id }: Visit): KeptRequest {
    const request = requests.read(id)
    if (!request) throw new Refusal(404, 'not-found', 'There is no such request')
    return request
  }
  const closed = (view: View, { state }: KeptRequest): PageAnswer | undefined =>
    state === 'cleared' || state === 'rejected' || state === 'expired'
      ? { status: 410, html: screens.closedPage(view, state) }
      : undefined

  return {
    'GET /requests/:id': (visit) => {
      const request = find(visit)
      return closed(visit.view, request) ?? ok(screens.entryPage(visit.view, request))
    },
    'POST /requests/:id': (visit) => {
      const { view, form, cookie } = visit
      const { id } = find(visit)
      if (form.get('decline')) requests.step(id, 'reject', 'declined')
      else if (requests.enterCode(id, form.get('code') ?? '') === 'right') {
        return { location: places.top, cookie: sessions.begin({ stage: 'top', request: id }, cookie) }
      }
      const request = find(visit)
      const again = () =>
        screens.entryPage({ ...view, error: view.say('entry.wrong'), wrong: 'code' }, request)
      return closed(view, request) ?? mistaken(again())
    },
  }
}

function logonPages({ contracts, secrets, sessions, requests }: Bank): Record<string, PageHandler> {
  const nameOf = (session: Session) => {
    const mine = contracts.certificates().find((one) => one.contract === session.contract && !one.problem)
    if (!mine) throw new Refusal(403, 'stale', 'The certificate of this visit is gone')
    return mine.name
  }
  return {
    'GET /bank': ({ view }) => ok(screens.topPage(view)),
    'POST /bank': ({ session, cookie }) => {
      const request = session?.request
      const begun = sessions.begin({ stage: 'certificate', ...(request && { request }) }, cookie)
      return { location: places.certificate, cookie: begun }
    },
    'GET /bank/certificate': at('certificate', ({ view }) =>
      ok(screens.certificatePage(view, contracts.certificates())),
    ),
    'POST /bank/certificate': at('certificate', ({ view, form, cookie }, session) => {
      const all = contracts.certificates()
      const chosen = all.find(({ id }) => String(id) === form.get('certificate'))
      const problem = chosen ? chosen.problem : 'none'
      if (!chosen || problem) {
        return mistaken(screens.certificatePage({ ...view, error: view.say(`certificate.${problem}`) }, all))
      }
      sessions.update(cookie, { ...session, stage: 'pin', contract: chosen.contract })
      return { location: places.pin }
    }),
    'GET /bank/pin': at('pin', ({ view }, session) => ok(screens.pinPage(view, nameOf(session)))),
    'POST /bank/pin': at('pin', async (visit, session) => {
      const error = await wrongSecret(visit, session, secrets, 'pin', 'secret.wrong')
      if (error) return mistaken(screens.pinPage({ ...visit.view, error, wrong: 'pin' }, nameOf(session)))
      sessions.update(visit.cookie, { ...session, stage: 'confirm' })
      return { location: places.confirm }
    }),
    'GET /bank/confirm': at('confirm', ({ view }) => ok(screens.confirmPage(view))),
    'POST /bank/confirm': at('confirm', async (visit, session) => {
      const error = await wrongSecret(visit, session, secrets, 'cardPassword', 'confirm.wrong')
      if (error) return mistaken(screens.confirmPage({ ...visit.view, error, wrong: 'cardPassword' }))
      if (session.request) requests.step(session.request, 'verify')
      return { location: places.in, cookie: sessions.begin({ ...session, stage: 'in' }, visit.cookie) }
    }),
    'POST /bank/logout': ({ cookie }) => {
      sessions.end(cookie)
      return { location: '/bank?done=out', cookie: sessions.newCookie() }
    },
  }
}

function userPages({ contracts, secrets, requests }: Bank): Record<string, PageHandler> {
  const named = (session: Session) => contracts.demo.find(({ id }) => id === session.contract)?.name ?? ''
  const list = (view: View, { contract = '' }: Session) => screens.usersPage(view, contracts.users(contract))
  const menu = { href: '/bank/contract', label: 'contractInfo' }
  const contractMenu = { title: 'contractInfo', href: '/bank/users', label: 'userInfo' }

  return {
    'GET /bank/menu': at('in', ({ view }, session) => ok(screens.menuPage(view, named(session), menu))),
    'GET /bank/contract': at('in', ({ view }, session) =>
      ok(screens.menuPage(view, named(session), contractMenu)),
    ),
    'GET /bank/users': at('in', ({ view }, session) => ok(list(view, session))),
    'POST /bank/users': at('in', async (visit, session) => {
      const { view, form } = visit
      const [contract, user] = [session.contract ?? '', form.get('user') ?? '']
      const again = (error: string, wrong?: string) =>
        mistaken(list({ ...view, error, ...(wrong && { wrong }) }, session))
      if (!contracts.users(contract).some(({ id }) => id === user)) return again(view.say('users.none'))
      const error = await wrongSecret(visit, session, secrets, 'confirmPin', 'secret.wrong')
      if (error) return again(error, 'confirmPin')
      if (!contracts.release(contract, user)) return again(view.say('users.notSuspended'))
      const told = session.request && requests.step(session.request, 'clear')
      return { location: `/bank/users?done=${told ? 'told' : 'not-told'}` }
    }),
  }
}

/** Only for visitors who have come so far; the others are led to where they are. */
function at(stage: Stage, handler: (visit: Visit, session: Session) => ReturnType<PageHandler>): PageHandler {
  return (visit) => {
    const { session } = visit
    const reached = session ? stages.indexOf(session.stage) : 0
    if (!session || reached < stages.indexOf(stage)) return { location: places[session?.stage ?? 'top'] }
    return handler(visit, session)
  }
}

/** Undefined when the secret is right; else what to say. */
async function wrongSecret(
  { form, view }: Visit,
  { contract }: Session,
  secrets: Secrets,
  kind: SecretKind,
  wrong: string,
): Promise<string | undefined> {
  const value = form.get(kind) ?? ''
  if (value === '') return view.say('secret.missing')
  return contract && (await secrets.check(contract, kind, value)) ? undefined : view.say(wrong)
}

/** What the address says has just been done. */
export function doneSentence(view: View, done: string | null): string | undefined {
  if (done === 'out') return view.say('top.out')
  if (done === 'told') return `${view.say('users.done')} ${view.say('users.told')}`
  if (done === 'not-told') return `${view.say('users.done')} ${view.say('users.notTold')}`
  return undefined
}

/** The request a visitor's session belongs to, while it is open or just cleared. */
export function requestOf(session: Session | undefined, requests: Requests): KeptRequest | undefined {
  const request = session?.request ? requests.read(session.request) : undefined
  return request && (!isFinal(request.state) || request.state === 'cleared') ? request : undefined
}

function ok(html: Html): PageAnswer {
  return { status: 200, html }
}

/** Something in what was sent must be mended; the page says what. */
function mistaken(html: Html): PageAnswer {
  return { status: 422, html }
}
