import fc from 'fast-check'

// What LINE, Teams and pages of the desk really send; `{{names}}` are filled in as everywhere in these floods.

const words = fc.constantFrom(
  'サービスがご利用できなくなりました',
  '利用者',
  'はい',
  '最初から',
  '暗証番号は1234です',
  'x'.repeat(5000),
  '\u202e\u0000\ufffe',
  '👩‍👩‍👧‍👦'.repeat(300),
  '\ud800',
  '',
)

const user = fc.constantFrom('{{user}}', '{{user}}', 'Uflood1', 'Uflood2', '__proto__', '../../x', 'あ')

const message = fc.oneof(
  words.map((text) => ({ type: 'text', id: '1', text })),
  fc.constantFrom<object>(
    {
      type: 'image',
      id: '2',
      contentProvider: { type: 'line' },
      imageSet: { id: 'set', index: 1, total: 2 },
    },
    { type: 'sticker', id: '3', packageId: '1', stickerId: '1', stickerResourceType: 'STATIC' },
    { type: 'location', id: '4', latitude: 1e308, longitude: -0 },
    { type: 'file', id: '5', fileName: '../../etc/passwd', fileSize: -1 },
  ),
)

const lineEvent = fc
  .record({
    webhookEventId: fc.uuid(),
    timestamp: fc.oneof(fc.integer(), fc.constantFrom(1e15, -1, 0.5)),
    source: fc.oneof(
      { weight: 6, arbitrary: user.map((userId) => ({ type: 'user', userId })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<object>(
          { type: 'group', groupId: 'Cflood' },
          { type: 'room', roomId: 'Rflood', userId: 'Uflood1' },
        ),
      },
    ),
    deliveryContext: fc.record({ isRedelivery: fc.boolean() }),
    what: fc.oneof(
      message.map((one) => ({ type: 'message', message: one })),
      fc
        .constantFrom(
          'v=1&r=1&s=service-suspended/role&c=user',
          'v=1&d=back&t=%',
          '%00',
          'v=1&c=__proto__',
          '&'.repeat(300),
        )
        .map((data) => ({ type: 'postback', postback: { data } })),
      fc.constantFrom<object>(
        { type: 'follow', follow: { isUnblocked: false } },
        { type: 'unfollow' },
        { type: 'unsend', unsend: { messageId: '1' } },
        { type: 'messageEdited', message: { type: 'text', id: '1', text: 'x' } },
        { type: 'join' },
        { type: 'beacon', beacon: {} },
      ),
    ),
  })
  .map(({ what, ...common }) => ({ mode: 'active', replyToken: 'flood', ...common, ...what }))

/** A webhook of LINE. */
export const lineBody: fc.Arbitrary<object> = fc
  .array(lineEvent, { maxLength: 4 })
  .map((events) => ({ destination: 'Ubot', events }))

const pressed = fc.constantFrom<object>(
  { run: '1', step: 'service-suspended/role', choice: 'user', card: '2' },
  { do: 'back', card: '999999999' },
  { faq: '__proto__', card: '0' },
  { choice: 'x'.repeat(200) },
)

const teamsAct = fc.oneof(
  words.map((text) => ({ type: 'message', text, textFormat: 'plain' })),
  pressed.map((value) => ({ type: 'message', text: 'x', value })),
  pressed.map((data) => ({
    type: 'invoke',
    name: 'adaptiveCard/action',
    value: { action: { type: 'Action.Execute', verb: 'kaijo', data }, trigger: 'manual' },
  })),
  fc.constantFrom<object>(
    { type: 'invoke', name: 'composeExtension/query', value: {} },
    { type: 'conversationUpdate', membersAdded: [{ id: '{{bot}}' }] },
    { type: 'installationUpdate', action: 'add' },
    { type: 'messageReaction', reactionsAdded: [{ type: 'like' }] },
    { type: 'typing' },
    { type: 'event', name: 'application/vnd.microsoft.readReceipt' },
  ),
)

/** An activity of Teams. */
export const teamsBody: fc.Arbitrary<object> = fc
  .record({
    id: fc.uuid(),
    act: teamsAct,
    conversation: fc.constantFrom(
      'a:flood1',
      'a:flood1',
      'a:flood2',
      '19:x@thread.tacv2;messageid=1',
      '__proto__',
    ),
    kind: fc.constantFrom('personal', 'groupChat', 'channel'),
    locale: fc.constantFrom<unknown>('ja-JP', 'en-US', 'zz', `${'x-'.repeat(30)}x`, 7),
  })
  .map(({ id, act, conversation, kind, locale }) => ({
    id,
    channelId: 'msteams',
    serviceUrl: '{{service}}',
    timestamp: '2026-11-23T00:00:00.000Z',
    from: { id: '29:flood', name: '山田 花子', aadObjectId: '1' },
    recipient: { id: '{{bot}}', name: 'Kaijo' },
    conversation: { id: conversation, conversationType: kind, tenantId: 'a-tenant' },
    channelData: { tenant: { id: 'a-tenant' } },
    entities: [{ type: 'clientInfo', locale: 'ja-JP', country: 'JP', platform: 'Web' }],
    locale,
    ...act,
  }))

const key = fc.uuid()
const at = { run: '1', step: 'service-suspended/role' }

const pressOf = key.map((press) => ({ key: press }))
const says = fc.record({ key, text: words })
const role = fc.constantFrom('agent', 'supervisor', 'admin')
const nothing = fc.constant<object>({})

/** What pages of the desk ask for and send, but for what would end the session. */
export const deskCalls: { method: string; target: string; body: fc.Arbitrary<object> }[] = [
  { method: 'GET', target: '/desk/api/chats/{{chat}}?after=0', body: nothing },
  { method: 'GET', target: '/desk/api/search?q=%E8%A8%BC%E6%98%8E%E6%9B%B8', body: nothing },
  { method: 'GET', target: '/desk/api/numbers?from=2026-01-01&to=9999-99-99', body: nothing },
  { method: 'GET', target: '/desk/conversations/{{chat}}/print?notes=1', body: nothing },
  ...['take', 'takeover', 'release', 'return'].map((act) => ({
    method: 'POST',
    target: `/desk/api/chats/{{chat}}/${act}`,
    body: pressOf,
  })),
  {
    method: 'POST',
    target: '/desk/api/chats/{{chat}}/transfer',
    body: key.map((press) => ({ key: press, to: '{{account}}' })),
  },
  { method: 'POST', target: '/desk/api/chats/{{chat}}/send', body: says },
  { method: 'POST', target: '/desk/api/chats/{{chat}}/note', body: says },
  { method: 'POST', target: '/desk/api/chats/{{chat}}/typing', body: nothing },
  {
    method: 'POST',
    target: '/desk/api/chats/{{chat}}/answer',
    body: key.map((press) => ({ key: press, at, choice: 'user' })),
  },
  {
    method: 'POST',
    target: '/desk/api/calls',
    body: fc.record({
      key,
      flow: fc.constantFrom('service-suspended', 'constructor'),
      locale: fc.constantFrom('ja', 'en'),
    }),
  },
  {
    method: 'POST',
    target: '/desk/api/calls/{{call}}/answer',
    body: fc.oneof(
      fc.constantFrom('back', 'restart').map((deed) => ({ key: 'a-key-of-the-flood-2', at, do: deed })),
      key.map((press) => ({ key: press, at, choice: 'user' })),
      key.map((press) => ({ key: press, at, reopen: 'service-suspended/role' })),
    ),
  },
  { method: 'POST', target: '/desk/api/accounts', body: fc.record({ name: words, shown: words, role }) },
  { method: 'PUT', target: '/desk/api/accounts/{{account}}', body: fc.record({ shown: words, role }) },
  { method: 'POST', target: '/desk/api/accounts/{{account}}/invitation', body: nothing },
  { method: 'PUT', target: '/desk/api/presence', body: fc.boolean().map((away) => ({ away })) },
  { method: 'PUT', target: '/desk/api/me', body: fc.constant({ locale: 'en' }) },
  {
    method: 'POST',
    target: '/desk/api/welcome',
    body: fc.constant({ token: 'x', name: 'flood', shown: 'x', password: 'a long enough phrase 2' }),
  },
  { method: 'POST', target: '/desk/api/erasures', body: fc.constant({ customer: 'Uflood2' }) },
]
