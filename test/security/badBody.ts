import { gzipSync } from 'node:zlib'
import fc from 'fast-check'

/** A body by its recipe: short to print, however many bytes it makes. */
export type BadBody =
  | { kind: 'text'; text: string }
  | { kind: 'bytes'; base64: string }
  | { kind: 'deep'; open: string; close: string; levels: number }
  | { kind: 'huge'; before: string; unit: string; times: number; after: string }
  | { kind: 'gzip'; times: number }

/** The bytes. */
export function bytesOf(body: BadBody): Buffer {
  if (body.kind === 'text') return Buffer.from(body.text)
  if (body.kind === 'bytes') return Buffer.from(body.base64, 'base64')
  if (body.kind === 'deep')
    return Buffer.from(`${body.open.repeat(body.levels)}0${body.close.repeat(body.levels)}`)
  if (body.kind === 'huge') return Buffer.from(body.before + body.unit.repeat(body.times) + body.after)
  return packed(body.times)
}

const packs = new Map<number, Buffer>()

/** Packing five megabytes takes longer than everything else about a request. */
function packed(times: number): Buffer {
  const bytes = packs.get(times) ?? gzipSync(Buffer.alloc(times))
  packs.set(times, bytes)
  return bytes
}

const canary = 'Zq9Canary7X'

/** Values that are of the wrong type nearly everywhere. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    '',
    '\u0000',
    '\ud800',
    '\u202e',
    canary,
    [],
    {},
    [[]],
    'ja',
  ),
  fc.constantFrom<unknown>('message', 'event', 'setLocale', 'startConversation', 'x'.repeat(5000), {
    choice: 'user',
  }),
  fc.jsonValue({ maxDepth: 3 }),
)

const some = (...names: string[]) => fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 8 })

const activity = fc
  .tuple(
    some(
      'text',
      'value',
      'locale',
      'channelData',
      'attachments',
      'entities',
      'from',
      'name',
      'id',
      'replyToId',
    ),
    fc.constantFrom<unknown>('message', 'message', 'event', 'typing', 'conversationUpdate', 7, null, canary),
  )
  .map(([fields, type]) => ({ ...fields, type }))

const session = some(
  'resume',
  'locale',
  'user',
  'User',
  'trustedOrigins',
  'purpose',
  'channel',
  'callbackUrl',
)

const unlockRequest = some('locale', 'channel', 'extra', 'callbackUrl').map((fields) => ({
  purpose: 'clear-user-suspension',
  locale: 'ja',
  channel: 'directline',
  callbackUrl: 'http://127.0.0.1:9/callback',
  ...fields,
}))

const update = fc
  .tuple(some('id', 'state', 'extra'), odd)
  .map(([data, timestamp]) => ({ type: 'unlock.updated', timestamp, data }))

const json = fc
  .oneof(activity, activity, session, unlockRequest, update, odd)
  .map((value) => JSON.stringify(value))

/** JSON that is spoiled after it was made. */
function spoil(json: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(json, fc.nat(), fc.constantFrom('', '}', ',', '\u0000', '"', canary, '\ufeff', '//'))
    .map(([text, at, inserted]) => {
      const cut = text.length === 0 ? 0 : at % text.length
      return text.slice(0, cut) + inserted + (at % 2 ? text.slice(cut) : '')
    })
}

const poisoned = fc.constantFrom(
  '{"__proto__":{"polluted":1},"type":"message","text":"x"}',
  '{"type":"message","text":"x","channelData":{"__proto__":{"polluted":1}}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"type":"message","text":"x","value":{"__proto__":{"polluted":1}}}',
  '{"\\u005f_proto__":{"polluted":1},"type":"message","text":"x"}',
  '{"type":"message","type":"event","text":"x","text":["y"]}',
  '{"type":"message","text":"\\ud800","value":{"a":"\\udfff"}}',
  '{"type":"message","text":"\\u0000"}',
  '{"user":{"id":1e999}}',
)

const form = fc
  .dictionary(
    fc.constantFrom('number', 'code', 'decline', 'certificate', 'pin', 'cardPassword', 'user', 'confirmPin'),
    fc.constantFrom('', '1', canary, '\u0000', 'keiri01', '482913', '４８２９１３', 'x'.repeat(3000), '%'),
  )
  .chain((fields) =>
    fc
      .constantFrom('{{form}}', '{{form}}', '{{insideForm}}', 'x', '')
      .map((token) => `${new URLSearchParams(fields).toString()}&token=${token}`),
  )

/** Any body of ours: wrong types, spoiled JSON, bad UTF-8, deep, huge, compressed for real and in name only, none. */
export const badBody: fc.Arbitrary<BadBody> = bodies(
  fc.oneof(
    { weight: 6, arbitrary: json },
    { weight: 3, arbitrary: spoil(json) },
    { weight: 2, arbitrary: poisoned },
    { weight: 3, arbitrary: form },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  ),
)

/** What one channel is sent, with one to three of its fields dropped, added, or of the wrong type, and then as above. */
export function badBodyOf(honest: fc.Arbitrary<object>): fc.Arbitrary<BadBody> {
  const json = fc.tuple(honest, fc.array(mistake, { maxLength: 3 })).map(([body, all]) => {
    const bad = structuredClone(body)
    for (const make of all) make(bad)
    return JSON.stringify(bad)
  })
  return bodies(
    fc.oneof(
      { weight: 12, arbitrary: json },
      { weight: 3, arbitrary: spoil(json) },
      { weight: 2, arbitrary: poisoned },
    ),
  )
}

type Fields = Record<string, unknown>

const names = fc.constantFrom(
  'text',
  'value',
  'id',
  'type',
  'toString',
  'hasOwnProperty',
  '__proto__x',
  '',
  canary,
)

/** Does one thing to one field, wherever that lies. */
const mistake = fc
  .tuple(fc.nat(), fc.constantFrom('swap', 'swap', 'drop', 'add', 'nest'), names, odd)
  .map(([at, how, name, value]) => (body: object) => {
    const places = [...placesIn(body)]
    const place = places[at % places.length]
    if (!place) return
    const [parent, key] = place
    // A copy: put into itself it would be a circle.
    const fresh = structuredClone(value)
    if (how === 'drop') delete parent[key]
    else if (how === 'add') parent[name] = fresh
    else parent[key] = how === 'nest' ? [parent[key], { [name]: fresh }] : fresh
  })

function* placesIn(value: unknown): Generator<[Fields, string]> {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    yield [value as Fields, key]
    yield* placesIn((value as Fields)[key])
  }
}

function bodies(text: fc.Arbitrary<string>): fc.Arbitrary<BadBody> {
  return fc.oneof(
    { weight: 12, arbitrary: text.map((text): BadBody => ({ kind: 'text', text })) },
    { weight: 3, arbitrary: fc.constant<BadBody>({ kind: 'text', text: '' }) },
    {
      weight: 3,
      arbitrary: fc.oneof(
        fc.uint8Array({ maxLength: 64 }).map(
          (bytes): BadBody => ({
            kind: 'bytes',
            base64: Buffer.from(bytes).toString('base64'),
          }),
        ),
        // JSON but for one byte that is no UTF-8.
        fc.constantFrom<BadBody>(
          {
            kind: 'bytes',
            base64: Buffer.from('{"type":"message","text":"\xff"}', 'latin1').toString('base64'),
          },
          {
            kind: 'bytes',
            base64: Buffer.from('{"type":"message","text":"\xed\xa0\x80"}', 'latin1').toString('base64'),
          },
          {
            kind: 'bytes',
            base64: Buffer.from('\ufeff{"type":"message","text":"x"}', 'utf16le').toString('base64'),
          },
        ),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[{"value":', '}]'], ['[', '']),
          fc.constantFrom(31, 33, 1000, 9000, 30_000),
        )
        .map(([[open = '', close = ''], levels]): BadBody => ({ kind: 'deep', open, close, levels })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('huge' as const),
        before: fc.constantFrom('', '{"type":"message","text":"', '{"value":{'),
        unit: fc.constantFrom('x', '"k":"v",', 'あ', '\\u3042'),
        times: fc.constantFrom(900, 8200, 70_000, 300_000),
        after: fc.constantFrom('', '"}', '"k":"v"}}'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('gzip' as const), times: fc.constantFrom(10, 5_000_000) }),
    },
  )
}
