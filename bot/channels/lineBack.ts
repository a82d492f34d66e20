import encodeQR from 'qr'
import { type HttpAnswer, HttpError, type HttpRequest, type Route } from '../route.ts'
import type { LineIdentity } from './lineIdentity.ts'

/** What the way back is made of. */
export interface LineBackParts {
  identity: Pick<LineIdentity, 'basicId'>
  /** What is written for the customer to send, in each language: the bot shows the current step for it. */
  resume: (locale: 'ja' | 'en') => string
}

/**
 * `/line/back`, the account's address in words, and `/line/back.svg`, a code that opens its chat on the phone with a
 * message ready to send: an answer to that is free, and comes in the chat that the customer left for the PC.
 */
export function lineBackRoutes({ identity, resume }: LineBackParts): Route[] {
  const known = (answer: (id: string, request: HttpRequest) => HttpAnswer) => (request: HttpRequest) => {
    const { basicId } = identity
    if (!basicId) throw new HttpError(404, 'NotKnown', 'The LINE account is not known yet')
    return answer(encodeURIComponent(basicId), request)
  }
  return [
    {
      method: 'GET',
      path: '/line/back',
      handle: known((id) => ({ status: 200, headers: fresh, body: { address: accountAddress(id) } })),
    },
    {
      method: 'GET',
      path: '/line/back.svg',
      handle: known((id, { url }) => ({
        status: 200,
        headers: { ...fresh, ...svg },
        body: code(chatAddress(id, resume(url.searchParams.get('lang') === 'en' ? 'en' : 'ja'))),
      })),
    },
  ]
}

const fresh = { 'Cache-Control': 'no-cache' }
const svg = {
  'Content-Type': 'image/svg+xml; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'",
}

/** Both addresses: https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/ */
function accountAddress(id: string): string {
  return `https://line.me/R/ti/p/${id}`
}

function chatAddress(id: string, text: string): string {
  return `https://line.me/R/oaMessage/${id}/?${encodeURIComponent(text)}`
}

/** Readers want four modules of white around it, in dark mode, too (ISO/IEC 18004). */
function code(text: string): string {
  const drawn = encodeQR(text, 'svg', { ecc: 'medium', border: 4 })
  return drawn.replace('>', ' shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/>')
}
