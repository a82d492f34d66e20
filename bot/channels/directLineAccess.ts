import type { Config } from '../config.ts'
import { createOrigins } from '../origins.ts'
import { HttpError, type HttpRequest } from '../route.ts'
import { type Credentials, type Holder, sameSecret } from './directLineTokens.ts'

/** Decides who may do what in which conversation. */
export interface Access {
  /** The holder of the request's token, for this conversation when one is named; throws HttpError 401 or 403. */
  holder(request: HttpRequest, conversation?: string): Promise<Holder>
  /** Whether the request carries DIRECT_LINE_SECRET; throws HttpError 401 when it carries nothing. */
  hasSecret(request: HttpRequest): boolean
  /** The holder of a stream ticket, which is spent; throws HttpError 401 or 403. */
  ticket(headers: HttpRequest['headers'], url: URL, conversation: string): Promise<Holder>
}

/** Real clients put the ticket into the URL, ours into the subprotocols, where no log of a proxy keeps it. */
const ticketProtocol = 'ticket.'

/** Who speaks when a bank's own server speaks for its customer. */
const serverUser = 'dl_server'

/** `credentials` reads the tokens, `config` names the secret and the allowed origins. */
export function createAccess(credentials: Credentials, config: Config): Access {
  const origins = createOrigins(config.ownOrigin, config.widgetOrigins)

  const checked = (holder: Holder, origin: string | undefined, conversation?: string) => {
    if (conversation !== undefined && holder.conversation !== conversation)
      throw new HttpError(403, 'BadToken', 'The token is for another conversation')
    // Browsers leave Origin out of same-origin GETs; other programs cannot be held to it anyway.
    if (origin !== undefined && holder.origins && !holder.origins.includes(origin))
      throw new HttpError(403, 'OriginNotAllowed', 'The token is for pages of another origin')
    return holder
  }

  const isSecret = (headers: HttpRequest['headers']) => {
    const { directLineSecret } = config
    return directLineSecret !== undefined && sameSecret(bearer(headers), directLineSecret)
  }

  return {
    async holder({ headers }, conversation) {
      // The bank's own server may go on with the secret it has started the conversation with.
      if (conversation !== undefined && isSecret(headers)) return { conversation, user: serverUser }
      return checked(await credentials.read('token', bearer(headers)), headers.origin, conversation)
    },
    hasSecret: ({ headers }) => isSecret(headers),
    async ticket(headers, url, conversation) {
      const { origin, host } = headers
      if (origin !== undefined && !origins.allows(origin, host))
        throw new HttpError(403, 'OriginNotAllowed', 'Pages of this origin may not call this address')
      const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
      const carried = offered.find((protocol) => protocol.startsWith(ticketProtocol))
      const ticket = url.searchParams.get('t') || carried?.slice(ticketProtocol.length)
      if (!ticket) throw new HttpError(401, 'MissingTicket', 'The address of a stream needs its ticket')
      return checked(await credentials.spend(ticket), origin, conversation)
    },
  }
}

function bearer(headers: HttpRequest['headers']): string {
  const [, credential] = /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(headers.authorization ?? '') ?? []
  if (credential === undefined)
    throw new HttpError(
      401,
      'MissingToken',
      'The request needs an Authorization header with a Bearer token',
      {
        'WWW-Authenticate': 'Bearer',
      },
    )
  return credential
}
