import type { View } from './frame.ts'
import type { Holder } from './peer.ts'
import * as screens from './screens.ts'
import type { SecretKind } from './secrets.ts'
import type { Session, Stage } from './sessions.ts'
import { stages } from './sessions.ts'
import type { Bank, PageAnswer, PageHandler, Visit } from './visit.ts'
import { mistaken, ok } from './visit.ts'

/** A visit that has come so far, with the certificate that it came with. */
type Held = Visit & { session: Session; holder: Holder }
type HeldHandler = (visit: Held) => PageAnswer | Promise<PageAnswer>

const places = { pin: '/bank/pin', confirm: '/bank/confirm', in: '/bank/menu' }

/** The pages behind the client certificate, by `METHOD path`. GET changes nothing. */
export function createLogonPages(bank: Bank): Map<string, PageHandler> {
  const home: PageHandler = () => ({ location: `${bank.origins().open}/bank` })
  const pages: Record<string, PageHandler> = {
    'GET /': home,
    'GET /bank': home,
    ...secretPages(bank),
    ...userPages(bank),
  }
  return new Map(Object.entries(pages))
}

function secretPages(bank: Bank): Record<string, PageHandler> {
  const { cards, sessions } = bank
  return {
    'GET /bank/pin': at(bank, 'pin', ({ view, holder }) => ok(screens.pinPage(view, holder.name))),
    'POST /bank/pin': at(bank, 'pin', async ({ form, view, session, holder, cookie }) => {
      const { contract, fingerprint } = holder
      const error = await wrongSecret(bank, { form, view, contract, kind: 'pin' })
      if (error) return mistaken(screens.pinPage({ ...view, error, wrong: 'pin' }, holder.name))
      const { request } = session
      const place = cards.choose(contract)
      const next = { stage: 'confirm', ...(request && { request }), contract, fingerprint, place } as const
      return { location: places.confirm, cookie: sessions.begin(next, cookie) }
    }),
    'GET /bank/confirm': at(bank, 'confirm', ({ view, session }) =>
      ok(screens.confirmPage(view, session.place ?? 0)),
    ),
    'POST /bank/confirm': at(bank, 'confirm', ({ view, form, cookie, session, holder }) => {
      const { place = 0, ...rest } = session
      const value = form.get('cardPassword') ?? ''
      const missing = value === '' && view.say('secret.missing')
      const wrong = !missing && !cards.check(holder.contract, place, value) && view.say('confirm.wrong')
      const error = missing || wrong
      if (error) return mistaken(screens.confirmPage({ ...view, error, wrong: 'cardPassword' }, place))
      const problem = session.request && arrive(bank, session.request, holder.contract)
      const location = problem ? `${places.in}?done=${problem}` : places.in
      return { location, cookie: sessions.begin({ ...rest, stage: 'in' }, cookie) }
    }),
    'POST /bank/logout': ({ cookie }) => {
      sessions.end(cookie)
      return { location: `${bank.origins().open}/bank?done=out`, cookie: sessions.newCookie() }
    },
  }
}

function userPages(bank: Bank): Record<string, PageHandler> {
  const { contracts, requests } = bank
  const list = (view: View, { contract }: Holder) => screens.usersPage(view, contracts.users(contract))
  const menu = { href: '/bank/contract', label: 'contractInfo' }
  const contractMenu = { title: 'contractInfo', href: '/bank/users', label: 'userInfo' }
  const name = ({ contract }: Holder) => contracts.name(contract)

  return {
    'GET /bank/menu': at(bank, 'in', ({ view, holder }) => ok(screens.menuPage(view, name(holder), menu))),
    'GET /bank/contract': at(bank, 'in', ({ view, holder }) =>
      ok(screens.menuPage(view, name(holder), contractMenu)),
    ),
    'GET /bank/users': at(bank, 'in', ({ view, holder }) => ok(list(view, holder))),
    'POST /bank/users': at(bank, 'in', async ({ view, form, session, holder }) => {
      const { contract } = holder
      const user = form.get('user') ?? ''
      const again = (error: string, wrong?: string) =>
        mistaken(list({ ...view, error, ...(wrong && { wrong }) }, holder))
      if (user === '') return again(view.say('users.none'))
      // Who is not in the list is checked like the others, against nobody: the answer says nothing about who there is.
      const isKnown = contracts.users(contract).some(({ id }) => id === user)
      const asked = { form, view, contract: isKnown ? contract : '', kind: 'confirmPin' } as const
      const error = await wrongSecret(bank, asked)
      if (error) return again(error, 'confirmPin')
      if (!contracts.release(contract, user)) return again(view.say('users.notSuspended'))
      const told = session.request && requests.clear(session.request, contract)
      return { location: `/bank/users?done=${told ? 'told' : 'not-told'}` }
    }),
  }
}

/** An administrator has logged on for a request: the name of what is to be said when it cannot go on. */
function arrive({ requests, contracts }: Bank, request: string, contract: string): string | undefined {
  if (requests.verify(request, contract) === 'too-many') return 'too-many'
  if (contracts.users(contract).some(({ isSuspended }) => isSuspended)) return undefined
  return requests.step(request, 'reject', 'not-suspended') && 'not-suspended'
}

/**
 * Only for visitors who have come so far, and who come with the certificate that they have come so far with;
 * the others are led to where they are.
 */
function at(bank: Bank, stage: Exclude<Stage, 'top'>, handler: HeldHandler): PageHandler {
  return (visit) => {
    const { session, holder } = visit
    const isBound = session?.fingerprint === undefined || session.fingerprint === holder?.fingerprint
    if (!session || session.stage === 'top' || !holder || !isBound)
      return { location: `${bank.origins().open}/bank` }
    if (stages.indexOf(session.stage) < stages.indexOf(stage)) return { location: places[session.stage] }
    return handler({ ...visit, session, holder })
  }
}

/** Undefined when the secret is right; else what to say. */
async function wrongSecret(
  { secrets, writeDeed }: Bank,
  { form, view, contract, kind }: { form: URLSearchParams; view: View; contract: string; kind: SecretKind },
): Promise<string | undefined> {
  const value = form.get(kind) ?? ''
  if (value === '') return view.say('secret.missing')
  if (await secrets.check(contract, kind, value)) return undefined
  const what = secrets.isLocked(contract, kind) ? 'pin.locked' : 'pin.wrong'
  writeDeed({ who: 'administrator', what, ...(contract && { contract }), why: kind })
  return view.say('secret.wrong')
}
