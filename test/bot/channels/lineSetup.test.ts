import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { type LineStandIn, standInForLine } from '../../support/lineStandIn.ts'

const command = join(import.meta.dirname, '..', '..', '..', 'bot', 'lineSetupCommand.ts')
const url = 'https://chat.bank.example'
const webhook = `${url}/line/webhook`

describe('npm run line:setup', function () {
  this.timeout(300_000)
  let line: LineStandIn
  beforeEach(async () => {
    line = await standInForLine()
  })
  afterEach(() => line.end())

  const run = async (env: Record<string, string> = {}) => {
    const given = { PATH: process.env.PATH, NO_COLOR: '1', PUBLIC_URL: url, ...line.env, ...env }
    const child = spawn(process.execPath, [command], { env: given })
    let output = ''
    child.stdout.on('data', (part) => (output += part))
    child.stderr.on('data', (part) => (output += part))
    const code = await new Promise((resolve) => child.once('close', resolve))
    return { code, output }
  }

  it('says what to set by hand, and that all is well', async () => {
    line.webhook.endpoint = webhook
    const { code, output } = await run()
    expect(output).to.include(`Webhook URL          ${webhook}`).and.include('redelivery   on')
    expect(output).to.include('"Kaijo" (@kaijo)').and.include('it answered 200')
    expect(output).not.to.include('wrong')
    expect(code).to.equal(0)
    expect(line.delivered).to.deep.equal([])
  })

  const rows: [what: string, set: () => void, env: Record<string, string>, says: RegExp][] = [
    ['no webhook', () => {}, {}, /wrong {2}No webhook URL is set/],
    [
      'another webhook',
      () => (line.webhook.endpoint = 'https://old.example/x'),
      {},
      /webhook URL is https:\/\/old\.example/,
    ],
    [
      'a webhook that is off',
      () => Object.assign(line.webhook, { endpoint: webhook, active: false }),
      {},
      /webhook is off/,
    ],
    [
      'a webhook that fails',
      () => Object.assign(line.webhook, { endpoint: webhook, works: false }),
      {},
      /in vain: 401 ERROR/,
    ],
    ['a wrong token', () => {}, { LINE_CHANNEL_ACCESS_TOKEN: 'wrong' }, /LINE answered 401.*\n.*Issue a new/],
    [
      'an API that is not there',
      () => {},
      { LINE_API_BASE_URL: 'http://127.0.0.1:1' },
      /LINE answered unreached/,
    ],
    [
      'the basic id of another account',
      () => {},
      { LINE_BASIC_ID: '@other' },
      /LINE_BASIC_ID is @other, which is another account/,
    ],
    [
      'an address of the content that is not one',
      () => {},
      { LINE_DATA_API_BASE_URL: 'http://api-data.example/x' },
      /LINE_DATA_API_BASE_URL is "http:\/\/api-data.example\/x"; it must be/,
    ],
    [
      'no settings',
      () => {},
      { LINE_CHANNEL_SECRET: '', LINE_CHANNEL_ACCESS_TOKEN: '' },
      /are not set; see docs/,
    ],
  ]
  for (const [what, set, env, says] of rows) {
    it(`ends with 1 and says what to do with ${what}`, async () => {
      set()
      const { code, output } = await run(env)
      expect(output).to.match(says)
      expect(code).to.equal(1)
      expect(output).not.to.include('stand-in-channel')
    })
  }

  it('warns when the month has no messages left', async () => {
    line.webhook.endpoint = webhook
    line.quota = { type: 'limited', value: 200, used: 200 }
    const { code, output } = await run()
    expect(output).to.match(/look {3}200 of this month's 200 messages/)
    expect(code).to.equal(0)
  })
})
