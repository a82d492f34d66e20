import { expect } from 'chai'
import fc from 'fast-check'
import { joined, letActivityIn, shown, stamped } from '../../../bot/channels/directLineActivity.ts'
import { HttpError } from '../../../bot/route.ts'

const message = { type: 'message', text: 'hello' }
const long = (length: number) => 'x'.repeat(length)

describe('what Direct Line lets in', () => {
  const good: [string, object, object][] = [
    ['a text', message, message],
    ['a text of 4000', { ...message, text: long(4000) }, { ...message, text: long(4000) }],
    [
      'a button',
      { type: 'message', value: { flow: 'f', choice: 'c' } },
      { type: 'message', value: { flow: 'f', choice: 'c' } },
    ],
    [
      'a beginning',
      { type: 'event', name: 'startConversation', locale: 'ja-JP' },
      { type: 'event', name: 'startConversation', locale: 'ja-JP' },
    ],
    [
      'a language',
      { type: 'event', name: 'setLocale', value: 'en' },
      { type: 'event', name: 'setLocale', value: 'en' },
    ],
    ['an empty list of files', { ...message, attachments: [] }, { ...message, attachments: [] }],
    [
      'what Web Chat adds, without it',
      {
        ...message,
        textFormat: 'plain',
        localTimezone: 'Asia/Tokyo',
        entities: [{}],
        channelData: { clientActivityID: 'a', clientTimestamp: 't' },
      },
      { ...message, channelData: { clientActivityID: 'a' } },
    ],
    [
      'control characters and half characters, mended',
      { ...message, text: 'a\u0000b\n\ud83e' },
      { ...message, text: 'a b\n\ufffd' },
    ],
  ]
  for (const [what, body, expected] of good)
    it(`lets ${what} in`, () => expect(letActivityIn(body)).to.deep.equal(expected))

  const bad: [string, unknown, string][] = [
    ['nothing', undefined, 'ActivityNotSupported'],
    ['a list', [message], 'ActivityNotSupported'],
    ['another type', { type: 'invoke' }, 'ActivityNotSupported'],
    ['another event', { type: 'event', name: 'unlock.updated', value: { id: '1' } }, 'ActivityNotSupported'],
    ['a language we do not speak', { type: 'event', name: 'setLocale', value: 'fr' }, 'BadActivity'],
    ['an empty message', { type: 'message' }, 'EmptyActivity'],
    ['a text of 4001', { ...message, text: long(4001) }, 'BadActivity'],
    ['a text that is none', { ...message, text: { a: 1 } }, 'BadActivity'],
    ['a value in a value', { ...message, value: { a: { b: 'c' } } }, 'BadActivity'],
    ['a value of numbers', { ...message, value: { a: 1 } }, 'BadActivity'],
    [
      'a value too large',
      { ...message, value: Object.fromEntries([...'abcdef'].map((k) => [k, long(400)])) },
      'BadActivity',
    ],
    ['a value with odd names', { ...message, value: { 'a b': 'c' } }, 'BadActivity'],
    ['a language that is none', { ...message, locale: 'ja/../' }, 'BadActivity'],
    ['an id with odd characters', { ...message, channelData: { clientActivityID: 'a/b' } }, 'BadActivity'],
    ['an id too long', { ...message, channelData: { clientActivityID: long(101) } }, 'BadActivity'],
    ['a file', { ...message, attachments: [{ contentUrl: 'x' }] }, 'AttachmentsNotSupported'],
  ]
  for (const [what, body, code] of bad)
    it(`keeps ${what} out`, () => {
      expect(() => letActivityIn(body))
        .to.throw(HttpError)
        .with.property('code', code)
    })

  it('answers anything with a refusal or with nothing but known fields, and repeats none of it', () => {
    const known = ['type', 'text', 'value', 'attachments', 'locale', 'name', 'channelData']
    const activity = fc.record(
      {
        type: fc.oneof(fc.constantFrom('message', 'event', 'conversationUpdate'), fc.string()),
        name: fc.oneof(fc.constantFrom('startConversation', 'setLocale'), fc.string()),
        text: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        value: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
        channelData: fc.jsonValue(),
        from: fc.jsonValue(),
        locale: fc.oneof(fc.constantFrom('ja', 'en-US'), fc.jsonValue()),
        canary: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(activity, fc.jsonValue()), (body) => {
        try {
          expect(known).to.include.members(Object.keys(letActivityIn(body)))
        } catch (error) {
          expect(error).to.be.instanceOf(HttpError).with.property('status', 400)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('what Direct Line shows', () => {
  const holder = { conversation: 'c', user: 'dl_u' }

  it('tells the bot who has come in, and in which language', () => {
    const activity = joined(holder, 'en', 0)
    expect(activity).to.include({ type: 'conversationUpdate', locale: 'en', channelId: 'directline' })
    expect(activity.membersAdded?.map(({ id }) => id)).to.deep.equal(['kaijo', 'dl_u'])
    expect(joined(holder, '../..', 0)).not.to.have.property('locale')
  })

  it('stamps the time of the server', () => {
    expect(stamped(letActivityIn(message), holder, 1000).timestamp).to.deep.equal(new Date(1000))
  })

  it('leaves out that a message answers something no client has seen', () => {
    const entry = (replyToId: string) => shown({ seq: 7, activity: { type: 'message', replyToId } }, 'c')
    expect(entry('c|0000001')).to.include({ id: 'c|0000007', replyToId: 'c|0000001' })
    expect(entry('c/start')).not.to.have.property('replyToId')
  })
})
