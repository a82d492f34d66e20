/** What was changed of a webhook, and its name. */
export type Mutation = [
  name: string,
  change: { headers?: Record<string, string | string[] | undefined>; body?: Buffer },
]

/** A webhook's own three headers. */
type Signed = Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>

/** Every small change of a signed webhook that must spoil it. */
export function mutationsOf(good: Signed, body: Buffer): Mutation[] {
  const { 'webhook-id': id, 'webhook-signature': signature } = good
  const time = Number(good['webhook-timestamp'])
  const flip = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  const mutations: Mutation[] = [
    ['no id', { headers: { 'webhook-id': undefined } }],
    ['another id', { headers: { 'webhook-id': 'msg_other' } }],
    ['an empty id', { headers: { 'webhook-id': '' } }],
    ['an id with a dot', { headers: { 'webhook-id': `${id}.1` } }],
    ['an id sent twice', { headers: { 'webhook-id': `${id}, ${id}` } }],
    ['an id as a list', { headers: { 'webhook-id': [id] } }],
    ['a very long id', { headers: { 'webhook-id': 'm'.repeat(65) } }],
    ['no time', { headers: { 'webhook-timestamp': undefined } }],
    ['a second later', { headers: { 'webhook-timestamp': String(time + 1) } }],
    ['a time with a sign', { headers: { 'webhook-timestamp': `+${time}` } }],
    ['a time with a fraction', { headers: { 'webhook-timestamp': `${time}.0` } }],
    ['a time in hexadecimal', { headers: { 'webhook-timestamp': `0x${time.toString(16)}` } }],
    ['a time that is none', { headers: { 'webhook-timestamp': 'NaN' } }],
    ['a time in milliseconds', { headers: { 'webhook-timestamp': String(time * 1000) } }],
    ['no signature', { headers: { 'webhook-signature': undefined } }],
    ['an empty signature', { headers: { 'webhook-signature': '' } }],
    ['a signature without its version', { headers: { 'webhook-signature': signature.slice(4) } }],
    ['the version of shared secrets', { headers: { 'webhook-signature': signature.replace('v1a', 'v1') } }],
    ['another version', { headers: { 'webhook-signature': signature.replace('v1a', 'v2a') } }],
    ['a signature cut short', { headers: { 'webhook-signature': signature.slice(0, -4) } }],
    ['a signature with more', { headers: { 'webhook-signature': `${signature}AAAA` } }],
    ['a signature without padding', { headers: { 'webhook-signature': signature.slice(0, -2) } }],
    [
      'a signature of another spelling',
      { headers: { 'webhook-signature': signature.replace('v1a,', 'v1a,\n') } },
    ],
    ['signatures without a space', { headers: { 'webhook-signature': `${signature},${signature}` } }],
    ['a bad signature beside a good one', { headers: { 'webhook-signature': `v1a,AAAA ${signature}` } }],
    [
      'a signature of zeros',
      { headers: { 'webhook-signature': `v1a,${Buffer.alloc(64).toString('base64')}` } },
    ],
    ['a header without end', { headers: { 'webhook-signature': `${signature} ${'v1,x'.repeat(200)}` } }],
    ['a space after the body', { body: Buffer.concat([body, Buffer.from(' ')]) }],
    ['a byte order mark', { body: Buffer.concat([Buffer.from('\uFEFF'), body]) }],
    ['another state', { body: Buffer.from(String(body).replace(/"state":"\w+"/, '"state":"rejected"')) }],
    [
      'the same JSON written otherwise',
      { body: Buffer.from(JSON.stringify(JSON.parse(String(body)), null, 1)) },
    ],
    ['no body', { body: Buffer.alloc(0) }],
    ...[4, 20, 40, 60, 80].map(
      (at): Mutation => [
        `another character ${at} in the signature`,
        { headers: { 'webhook-signature': flip(signature, at) } },
      ],
    ),
    ...[0, 1, 30, 60, body.length - 1].map((at): Mutation => {
      const changed = Buffer.from(body)
      changed[at]! ^= 1
      return [`another bit in byte ${at} of the body`, { body: changed }]
    }),
  ]
  return mutations
}
