import type { LineStandIn } from '../../support/lineStandIn.ts'

/** A webhook as LINE might send it in a year, or as nobody should: signed all the same. */
export function hostile(next: () => number, line: LineStandIn): Buffer {
  const one = <T>(...values: T[]): T => values[Math.floor(next() * values.length)] as T
  const odd = () =>
    one<unknown>(
      null,
      undefined,
      0,
      -1,
      1e308,
      '',
      'x'.repeat(6000),
      [],
      {},
      [[]],
      true,
      '\ud800',
      '\u0000',
      { a: { b: [] } },
    )
  const mostly = (value: unknown) => (next() < 0.75 ? value : odd())
  const event = () => ({
    ...line.event(mostly('Uhostile') as string, {}),
    type: mostly(
      one('message', 'postback', 'follow', 'unfollow', 'unsend', 'messageEdited', 'join', 'later'),
    ),
    source: mostly({
      type: mostly(one('user', 'group', 'room', 'thread')),
      userId: mostly(one('Uhostile', 'U/../x', 'U hostile')),
      groupId: mostly('Chostile'),
      roomId: mostly('Rhostile'),
    }),
    message: mostly({
      type: mostly(one('text', 'sticker', 'image', 'poll')),
      id: mostly('123'),
      text: mostly(one('はい', 'x', '👨‍👩‍👧‍👦'.repeat(400))),
      imageSet: odd(),
      newThing: odd(),
    }),
    postback: mostly({
      data: mostly(one('v=1&r=1&s=a/b&c=d', 'v=1&d=restart', 'v=1&d=__proto__', 'v=1&f=constructor')),
    }),
    unsend: mostly({ messageId: mostly('123') }),
    timestamp: mostly(Date.now()),
    mode: mostly(one('active', 'standby', 'later')),
    webhookEventId: mostly(`e${next()}`),
    replyToken: mostly(`t${next()}`),
    deliveryContext: mostly({ isRedelivery: mostly(next() < 0.5) }),
    futureField: odd(),
  })
  const events = mostly(Array.from({ length: Math.floor(next() * 4) }, () => mostly(event())))
  const text = JSON.stringify(mostly({ destination: mostly('Ubot'), events, future: odd() })) ?? 'null'
  if (next() < 0.06) return Buffer.from(text.slice(0, Math.floor(next() * text.length)))
  if (next() < 0.03) return Buffer.from(`{"events":[{"__proto__":{"type":"message"}}]}`)
  if (next() < 0.03) return Buffer.from('['.repeat(50_000))
  if (next() < 0.03) return Buffer.from([0xff, 0xfe, ...Buffer.from(text)])
  return Buffer.from(text)
}
