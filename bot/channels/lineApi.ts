import { Agent, request } from 'undici'
import { z } from 'zod'

/** What became of a call. */
export type LineAnswer =
  /** LINE has answered; `body` is undefined when it is no JSON. */
  | { status: number; body: unknown; requestId: string | undefined }
  /** It certainly was not taken: no connection was made. */
  | { status: 'unreached'; why: string }
  /** It may have been taken: the connection broke, or no answer came in time. */
  | { status: 'unknown'; why: string }

/** A call of the Messaging API. */
export interface LineCall {
  method?: 'GET' | 'POST'
  /** From the origin on. */
  path: string
  body?: object
  headers?: Record<string, string>
  /** Milliseconds until the answer must be there. */
  within: number
}

/** The Messaging API, bounded in time and size; LINE's own client has no time-outs. */
export interface LineApi {
  /** Never rejects. A 401 is tried once more with a new token, where one can be had. */
  call(call: LineCall): Promise<LineAnswer>
  close(): Promise<void>
}

/** Whose API it is. */
export interface LineAccount {
  /** The API's origin. */
  apiUrl: string
  token: string
  /** With it, short-lived tokens are issued when the given one is refused. */
  channelId?: string
  /** The newest channel secret. */
  secret: string
}

/** These errors are of the way to LINE: nothing was sent. */
const unreached =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS.*|CERT_.*|.*_CERT.*|DEPTH_.*)$/

/** Opens the API; connections are kept, and enough of them that some that hang delay nobody else. */
export function openLineApi(account: LineAccount): LineApi {
  const agent = new Agent({ connections: 256, connect: { timeout: 3000 }, maxResponseSize: 256 * 1024 })
  let token = account.token
  let renewal: Promise<boolean> | undefined

  async function once({ method = 'POST', path, body, headers, within }: LineCall): Promise<LineAnswer> {
    const signal = AbortSignal.timeout(within)
    try {
      const answer = await request(account.apiUrl + path, {
        dispatcher: agent,
        method,
        signal,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...(body && { body: JSON.stringify(body) }),
      })
      const requestId = answer.headers['x-line-request-id']?.toString()
      // The status says what became of it; a body that breaks off or is no JSON changes nothing.
      const read = await answer.body.json().catch(() => undefined)
      return { status: answer.statusCode, body: read, requestId }
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException
      const why = code ?? name
      return { status: unreached.test(why) ? 'unreached' : 'unknown', why }
    }
  }

  async function renew(): Promise<boolean> {
    const issued = await issueToken(account, agent)
    if (issued) token = issued
    return issued !== undefined
  }

  return {
    async call(call) {
      const used = token
      const answer = await once(call)
      if (answer.status !== 401 || !account.channelId) return answer
      if (token === used) {
        renewal ??= renew().finally(() => {
          renewal = undefined
        })
        if (!(await renewal)) return answer
      }
      return once(call)
    },
    close: () => agent.destroy(),
  }
}

/** A stateless token, good for 15 minutes. https://developers.line.biz/en/docs/basics/channel-access-token/ */
async function issueToken(
  { apiUrl, channelId, secret }: LineAccount,
  dispatcher: Agent,
): Promise<string | undefined> {
  const form = {
    grant_type: 'client_credentials',
    client_id: channelId ?? '',
    client_secret: secret,
  }
  try {
    const answer = await request(`${apiUrl}/oauth2/v3/token`, {
      dispatcher,
      method: 'POST',
      signal: AbortSignal.timeout(5000),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    })
    const issued = issuedToken.safeParse(await answer.body.json())
    return answer.statusCode === 200 && issued.success ? issued.data.access_token : undefined
  } catch {
    return undefined
  }
}

const issuedToken = z.object({ access_token: z.string().min(1) })
