import type { LineAnswer, LineApi } from './lineApi.ts'

/** One thing that was looked at; `mend` says what to do unless it is good. */
export interface LineFinding {
  state: 'good' | 'look' | 'wrong'
  what: string
  mend?: string
}

type Fields = Record<string, unknown>

const ask = { method: 'GET', within: 8000 } as const

/** Looks at the token, the webhook and the month's messages of an account; sends nothing to any customer. */
export async function lineFindings(api: LineApi, webhook: string, basicId?: string): Promise<LineFinding[]> {
  const info = await api.call({ ...ask, path: '/v2/bot/info' })
  const account = read(info)
  if (!account) return [noAccount(info)]
  const [endpoint, quota, used] = await Promise.all([
    api.call({ ...ask, path: '/v2/bot/channel/webhook/endpoint' }),
    api.call({ ...ask, path: '/v2/bot/message/quota' }),
    api.call({ ...ask, path: '/v2/bot/message/quota/consumption' }),
  ])
  return [
    { state: 'good', what: `The token is of the account "${account.displayName}" (${account.basicId}).` },
    ...idFindings(account, basicId),
    chatMode(account),
    ...(await webhookFindings(api, read(endpoint), webhook)),
    messages(read(quota), read(used)),
  ]
}

function noAccount(answer: LineAnswer): LineFinding {
  const what = `LINE answered ${answer.status} when it was asked whose token this is.`
  if (answer.status === 401)
    return {
      state: 'wrong',
      what,
      mend: 'Issue a new channel access token and set LINE_CHANNEL_ACCESS_TOKEN.',
    }
  return {
    state: 'wrong',
    what,
    mend: 'See whether this machine can reach the Messaging API, and LINE_API_BASE_URL.',
  }
}

/** The code on the PC's page leads to whatever is set. */
function idFindings({ basicId, premiumId }: Fields, set: string | undefined): LineFinding[] {
  if (!set || set === basicId || set === premiumId) return []
  const mend = `Take LINE_BASIC_ID away, or set ${basicId}.`
  return [{ state: 'wrong', what: `LINE_BASIC_ID is ${set}, which is another account.`, mend }]
}

/** https://developers.line.biz/en/reference/messaging-api/#get-bot-info */
function chatMode({ chatMode: mode }: Fields): LineFinding {
  if (mode === 'bot') return { state: 'good', what: 'Nobody answers beside the bot (chat is off).' }
  return {
    state: 'look',
    what: 'Chat is on in the LINE Official Account Manager: people may answer beside the bot.',
    mend: 'Switch it off under Response settings, unless that is what you want.',
  }
}

async function webhookFindings(
  api: LineApi,
  known: Fields | undefined,
  webhook: string,
): Promise<LineFinding[]> {
  if (!known?.endpoint)
    return [
      { state: 'wrong', what: 'No webhook URL is set.', mend: `Set ${webhook} in the Messaging API tab.` },
    ]
  const findings: LineFinding[] = []
  if (known.endpoint !== webhook)
    findings.push({
      state: 'wrong',
      what: `The webhook URL is ${known.endpoint}.`,
      mend: `Set ${webhook}, or PUBLIC_URL when that is the right address.`,
    })
  if (known.active !== true)
    findings.push({ state: 'wrong', what: 'The webhook is off.', mend: 'Switch "Use webhook" on.' })
  if (findings.length > 0) return findings
  const trial = read(await api.call({ path: '/v2/bot/channel/webhook/test', body: {}, within: 15_000 }))
  if (trial?.success === true)
    return [{ state: 'good', what: 'LINE has called the webhook, and it answered 200.' }]
  const why = `${trial?.statusCode ?? ''} ${trial?.reason ?? 'no answer'}`.trim()
  const mend = 'Start Kaijo with the same LINE_CHANNEL_SECRET, behind a certificate of a public authority.'
  return [{ state: 'wrong', what: `LINE has called the webhook in vain: ${why}.`, mend }]
}

function messages(quota: Fields | undefined, used: Fields | undefined): LineFinding {
  if (quota?.type !== 'limited') return { state: 'good', what: 'The plan has no limit of messages a month.' }
  const [most, spent] = [Number(quota.value), Number(used?.totalUsage ?? 0)]
  const what = `${spent} of this month's ${most} messages are used; replies are free, news such as "cleared" is not.`
  if (spent < most) return { state: 'good', what }
  return { state: 'look', what, mend: 'Until the next month, or a larger plan, news reaches nobody unasked.' }
}

function read(answer: LineAnswer): Fields | undefined {
  return answer.status === 200 && 'body' in answer ? ((answer.body ?? {}) as Fields) : undefined
}
