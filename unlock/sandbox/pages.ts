import { isFinal } from '../requestState.ts'
import type { Form } from './contracts.ts'
import { forms } from './contracts.ts'
import type { View } from './frame.ts'
import { helpPage } from './helpScreen.ts'
import { Refusal } from './refusal.ts'
import type { KeptRequest, Requests } from './requests.ts'
import * as screens from './screens.ts'
import { mostAttempts } from './secrets.ts'
import type { Session } from './sessions.ts'
import type { Bank, PageAnswer, PageHandler, Visit } from './visit.ts'
import { mistaken, ok } from './visit.ts'

/** The pages and forms that ask for no certificate, by `METHOD path`. GET changes nothing. */
export function createPages(bank: Bank): Map<string, PageHandler> {
  const pages = { ...helpPages(bank), ...branchPages(bank), ...entryPages(bank), ...topPages(bank) }
  return new Map(Object.entries(pages))
}

function helpPages({ contracts, certificates, requests, authority }: Bank): Record<string, PageHandler> {
  const help = (view: View) => helpPage(view, contracts.demo(), mostAttempts)
  return {
    'GET /': ({ view }) => ok(help(view)),
    'GET /requests': () => ({ location: '/' }),
    'POST /requests': ({ view, form }) => {
      const request = requests.findByNumber(form.get('number') ?? '')
      if (request) return { location: `/requests/${request.id}` }
      return mistaken(help({ ...view, error: view.say('help.unknown'), wrong: 'number' }))
    },
    'GET /ca.crt': () => ({
      file: Buffer.from(authority),
      type: 'application/x-x509-ca-cert',
      name: 'kaijo-sandbox-ca.crt',
    }),
    'GET /certificates/:id': ({ id }) => {
      const found = certificates.file(id)
      if (!found) throw new Refusal(404, 'not-found', 'There is no such contract')
      return { file: found.bytes, type: 'application/x-pkcs12', name: found.name }
    },
  }
}

/** What is done at the bank's counter, and starting over. */
function branchPages({ contracts, branch }: Bank): Record<string, PageHandler> {
  const done = (view: View, sentence: string) =>
    ok(helpPage({ ...view, done: sentence }, contracts.demo(), mostAttempts))
  const isForm = (text: string): text is Form => forms.some((one) => one === text)
  return {
    'GET /reset': () => ({ location: '/' }),
    'POST /reset': async ({ view }) => {
      await branch.reset()
      return done(view, view.say('help.resetDone'))
    },
    'GET /branch': () => ({ location: '/' }),
    'POST /branch': async ({ view, form }) => {
      const [contract, asked] = [form.get('contract') ?? '', form.get('form') ?? '']
      if (asked === 'revoke' && branch.revoke(contract) > 0) return done(view, view.say('help.revokeDone'))
      if (!isForm(asked) || !(await branch.handIn(asked, contract)))
        throw new Refusal(422, 'refused', 'There is no such contract, form, or certificate that is good')
      const more = asked === 'certificateReissue' ? ` ${view.say('help.newCertificate')}` : ''
      return done(view, view.say('help.handedIn', { form: view.say(`forms.${asked}`) }) + more)
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
        return { location: '/bank', cookie: sessions.begin({ stage: 'top', request: id }, cookie) }
      }
      const request = find(visit)
      const again = () =>
        screens.entryPage({ ...view, error: view.say('entry.wrong'), wrong: 'code' }, request)
      return closed(view, request) ?? mistaken(again())
    },
  }
}

/** The bank's first page; its button leads to where a certificate is asked for. */
function topPages({ sessions, origins }: Bank): Record<string, PageHandler> {
  return {
    'GET /bank': ({ view }) => ok(screens.topPage(view)),
    'POST /bank': ({ session, cookie }) => {
      const request = session?.request
      const begun = sessions.begin({ stage: 'pin', ...(request && { request }) }, cookie)
      return { location: `${origins().logon}/bank/pin`, cookie: begun }
    },
  }
}

/** What the address says has just been done. */
export function doneSentence(view: View, done: string | null): string | undefined {
  if (done === 'out') return view.say('top.out')
  if (done === 'told') return `${view.say('users.done')} ${view.say('users.told')}`
  if (done === 'not-told') return `${view.say('users.done')} ${view.say('users.notTold')}`
  if (done === 'too-many') return view.say('menu.tooMany')
  if (done === 'not-suspended') return view.say('menu.notSuspended')
  return undefined
}

/** The request a visitor's session belongs to, while it is open or just cleared. */
export function requestOf(session: Session | undefined, requests: Requests): KeptRequest | undefined {
  const request = session?.request ? requests.read(session.request) : undefined
  return request && (!isFinal(request.state) || request.state === 'cleared') ? request : undefined
}
