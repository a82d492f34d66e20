import fc from 'fast-check'
import { type BadBody, badBody, badBodyOf } from './badBody.ts'
import { deskCalls, lineBody, teamsBody } from './badChannels.ts'

/** Stands in everything that is sent: no answer may have it. */
export const canary = 'Zq9Canary7X'

/** A request as bytes will be made of it; `{{names}}` are papers that make it look honest further in. */
export interface BadRequest {
  method: string
  target: string
  headers: [string, string][]
  body: BadBody
  framing: Framing
  /** Signs the body as the bank, or LINE, would. */
  isSigned: boolean
}

/** How the body's length is told. */
export type Framing = (typeof framings)[number]

const framings = [
  'honest',
  'chunked',
  'longer',
  'shorter',
  'twice',
  'negative',
  'words',
  'enormous',
  'both',
  'unknown coding',
  'broken chunks',
  'endless chunk',
  'none',
] as const

const often = <T>(common: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 4) =>
  fc.oneof({ weight, arbitrary: common }, { weight: 1, arbitrary: rare })

const nasty = fc.constantFrom(
  canary,
  '..%2f..%2f..%2fetc%2fpasswd',
  '../../../../etc/passwd',
  '%2e%2e',
  '%00',
  '%ff%fe',
  '%',
  '%zz',
  '__proto__',
  'constructor',
  '\u00e3\u0081\u0082',
  "'%20OR%201=1--",
  '<script>Zq9Canary7X</script>',
  'a'.repeat(600),
  'a'.repeat(9000),
  '%C3%28',
  ';',
  '*',
  '-1',
  '9'.repeat(40),
)

const paper = fc.constantFrom('{{conversation}}', '{{link}}', '{{request}}', 'demo.css', 'customer-card.svg')

const query = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('watermark', 't', 'lang', 'done', 'undelivered', 'number', '__proto__'), nasty)
      .map(([name, value]) => `?${name}=${value}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('?', '??', '?watermark=-', '?watermark=1&watermark=2', '?lang=en'),
  },
)

const oddTarget = fc.constantFrom(
  '*',
  '//',
  '//evil.example/%2e%2e',
  `http://evil.example/${canary}`,
  '/\\',
  '/a b',
  '/\u0001',
  'x',
  '/.//..//',
  `/${canary}`,
  '/v3/directline/%',
  '/?'.repeat(500),
)

const method = often(
  fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
  fc.constantFrom('PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'M-SEARCH', 'BREW', 'get', 'G\u0000T', ''),
  20,
)

const bearer = fc.constantFrom(
  'Bearer {{token}}',
  'Bearer {{token}}',
  'Bearer {{secret}}',
  'Bearer {{apiToken}}',
  'Bearer {{apiToken}}',
  `Bearer ${canary}`,
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'bearer  {{token}}',
  'Basic eDp5',
  'Bearer',
  `Bearer ${'x'.repeat(5000)}`,
  'Bearer \u00e9',
)

const pair = (name: string, ...values: string[]) =>
  fc.constantFrom(...values).map((value): [string, string] => [name, value])

const type = pair(
  'Content-Type',
  'application/json',
  'application/json',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/json\u00e9',
  canary,
  '',
)

const oddHeader = fc.oneof(
  pair('Content-Encoding', 'gzip', 'GZIP', 'gzip, gzip', 'deflate', 'br', 'identity', 'zstd', canary, ''),
  pair(
    'Cookie',
    'kaijo_sandbox={{cookie}}',
    'kaijo_sandbox={{inside}}',
    '=;;;=',
    `kaijo_sandbox=${canary}`,
    'a',
  ),
  pair('Origin', 'null', 'https://evil.example', 'http://{{host}}', `http://${canary}`, ''),
  pair('Accept-Encoding', 'gzip', '*;q=9', canary),
  pair('Accept-Language', 'en', 'zz-ZZ', '\u0080', canary.repeat(50)),
  pair('X-Forwarded-For', '127.0.0.1', canary, '::::', '1.1.1.1, '.repeat(300)),
  pair('Upgrade', 'websocket', 'h2c', canary),
  pair('Connection', 'Upgrade', 'close', 'keep-alive', 'X-Request-Id', canary),
  pair('Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'x'),
  pair('Sec-WebSocket-Version', '13', '99'),
  pair('Sec-WebSocket-Protocol', 'directline, ticket.x', `ticket.${canary}`, ',,,'),
  pair('Sec-Fetch-Site', 'cross-site', 'same-origin', canary),
  pair('Idempotency-Key', 'one', canary, 'x'.repeat(300), '\u00e9'),
  pair('Expect', '100-continue', '200-maybe'),
  pair('Range', 'bytes=0-0', 'bytes=9-1'),
  pair('If-None-Match', '*', canary, '"'),
  pair('Webhook-Id', canary, '__proto__', ''),
  pair('Webhook-Signature', 'v1a,AAAA', 'v1a, v1a, v1a, v1a', canary),
  pair(
    'Host',
    'evil.example',
    canary,
    '[::1]:1',
    'a b',
    '127.0.0.1:99999',
    '',
    'x'.repeat(300),
    '@',
    '\u00e9',
  ),
  pair('X-Long', 'x'.repeat(7000), 'x'.repeat(20_000)),
  pair('X\u0000Y', 'z'),
  pair('No-Colon-Folded', `a\r\n ${canary}`),
  pair('Bad Name', canary),
  pair('__proto__', canary),
)

const headers = fc
  .tuple(fc.option(type, { freq: 8 }), fc.option(bearer, { freq: 4 }), fc.array(oddHeader, { maxLength: 4 }))
  .map(([first, credential, rest]): [string, string][] => [
    ...(first ? [first] : []),
    ...(credential ? [['Authorization', credential] as [string, string]] : []),
    ...rest,
  ])

const framing = often<Framing>(
  fc.constantFrom('honest', 'honest', 'honest', 'chunked'),
  fc.constantFrom(...framings),
  5,
)

const conversations = '/v3/directline/conversations'
const json: [string, string] = ['Content-Type', 'application/json']
const form: [string, string] = ['Content-Type', 'application/x-www-form-urlencoded']
const customer: [string, string] = ['Authorization', 'Bearer {{token}}']

const handshake: [string, string][] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
]

/** Requests that come further in than chance would, each with only its body, or little more, to find fault with. */
const inner: { method: string; target: string; headers: [string, string][] }[] = [
  { method: 'POST', target: `${conversations}/{{conversation}}/activities`, headers: [json, customer] },
  { method: 'POST', target: `${conversations}/{{conversation}}/activities`, headers: [json, customer] },
  { method: 'POST', target: `${conversations}/{{conversation}}/upload?userId=x`, headers: [json, customer] },
  { method: 'GET', target: `${conversations}/{{conversation}}?watermark=1`, headers: [customer] },
  { method: 'POST', target: conversations, headers: [json, ['Authorization', 'Bearer {{secret}}']] },
  {
    method: 'POST',
    target: '/v3/directline/tokens/generate',
    headers: [json, ['Authorization', 'Bearer {{secret}}']],
  },
  { method: 'POST', target: '/v3/directline/tokens/refresh', headers: [json, customer] },
  { method: 'POST', target: '/widget/session', headers: [json] },
  { method: 'POST', target: '/unlock/callback', headers: [json] },
  { method: 'GET', target: `${conversations}/{{conversation}}/stream?t={{token}}`, headers: handshake },
  { method: 'GET', target: `/${canary}`, headers: handshake },
  { method: 'GET', target: '/go/{{link}}', headers: [] },
  { method: 'POST', target: '/go/{{link}}', headers: [] },
]

const bankInner: typeof inner = [
  {
    method: 'POST',
    target: '/v1/requests',
    headers: [json, ['Authorization', 'Bearer {{apiToken}}'], ['Idempotency-Key', 'the-same']],
  },
  { method: 'GET', target: '/v1/requests/{{request}}', headers: [['Authorization', 'Bearer {{apiToken}}']] },
  ...['/requests', '/requests/{{request}}', '/bank', '/bank/pin', '/bank/confirm'].map((target) => ({
    method: 'POST',
    target,
    headers: [form, ['Cookie', 'kaijo_sandbox={{cookie}}'] as [string, string]],
  })),
  { method: 'POST', target: '/bank/users', headers: [form, ['Cookie', 'kaijo_sandbox={{inside}}']] },
]

/** Where requests go: the paths that there are (restify's syntax), and whose they are. */
export interface Aim {
  paths: readonly string[]
  at: 'bot' | 'bank' | 'line' | 'teams' | 'desk'
}

const line: typeof inner = [{ method: 'POST', target: '/line/webhook', headers: [json] }]

const teams: typeof inner = [
  { method: 'POST', target: '/api/messages', headers: [json, ['Authorization', 'Bearer {{teams}}']] },
]

const ownPage: [string, string][] = [
  ['Cookie', '__Host-kaijo_desk={{desk}}'],
  ['X-Kaijo-CSRF', '{{csrf}}'],
  ['Origin', 'http://{{host}}'],
  ['Sec-Fetch-Site', 'same-origin'],
]

/** At any address of the desk that there is, new ones too, but for what would end the session. */
function deskInner(paths: readonly string[]): typeof inner {
  const ids = ['{{chat}}', '{{call}}', '{{account}}', 'desk.js', canary]
  return paths
    .filter((path) => path.startsWith('/desk') && !/session|oidc/.test(path))
    .flatMap((path) => (/:\w+/.test(path) ? ids.map((id) => path.replace(/:\w+/, id)) : [path]))
    .flatMap((target) =>
      ['GET', 'POST', 'PUT'].map((method) => ({ method, target, headers: ownPageFor(method) })),
    )
}

function ownPageFor(method: string): [string, string][] {
  return method === 'GET' ? ownPage : [json, ...ownPage]
}

const asked = (further: typeof inner, body: fc.Arbitrary<BadBody>): fc.Arbitrary<BadRequest> =>
  fc
    .tuple(fc.constantFrom(...further), fc.array(oddHeader, { maxLength: 1 }), framing, body)
    .map(([honest, odd, how, bad]) => {
      const mine = { ...honest, headers: [...honest.headers, ...odd] }
      return { ...mine, body: bad, framing: how, isSigned: true }
    })

function atDesk(paths: readonly string[]): fc.Arbitrary<BadRequest> {
  const calls = deskCalls.map(({ body, ...call }) =>
    asked([{ ...call, headers: ownPageFor(call.method) }], call.method === 'GET' ? none : badBodyOf(body)),
  )
  return fc.oneof(...calls, ...Array<fc.Arbitrary<BadRequest>>(6).fill(asked(deskInner(paths), badBody)))
}

const none = fc.constant<BadBody>({ kind: 'text', text: '' })

/** A bad request to one of the paths, or to none that there is. */
export function badRequest({ paths, at }: Aim): fc.Arbitrary<BadRequest> {
  const filled = fc
    .tuple(fc.constantFrom(...paths), often(paper, nasty, 2))
    .map(([path, part]) => path.replace(/:\w+|\*/g, () => part))
  const target = often(
    fc.tuple(filled, query).map((parts) => parts.join('')),
    oddTarget,
    12,
  )
  const isSigned = fc.boolean()
  const blind = fc.record({ method, target, headers, body: badBody, framing, isSigned })
  if (at === 'line') return asked(line, badBodyOf(lineBody))
  if (at === 'teams') return asked(teams, badBodyOf(teamsBody))
  if (at === 'desk') return atDesk(paths)
  return fc.oneof(blind, asked(at === 'bot' ? inner : bankInner, badBody))
}
