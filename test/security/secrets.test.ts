import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { sayings, spellings } from '../support/spellings.ts'
import { withoutNoise } from '../support/traces.ts'
import { type Customer, customer } from './customer.ts'
import { type Watched, watched } from './watched.ts'

/** Digits that occur nowhere else: not in ids, times or content. */
const pins = { text: '90417283', hidden: '73920518', card: '4539578763621486' }
const warnings = { ja: '暗証番号やカード番号のようなもの', en: 'looked like a PIN or a card number' }

describe('a PIN that a customer types', function () {
  this.timeout(300_000)
  let kaijo: Watched
  const customers: Customer[] = []
  before(async () => {
    kaijo = await watched()
  })
  after(() => kaijo?.end())

  async function atTheFirstStep(locale: 'ja' | 'en'): Promise<Customer & { step: string }> {
    const mine = await customer(kaijo, locale)
    customers.push(mine)
    await mine.say(locale === 'ja' ? 'サービスがご利用できなくなりました' : 'I cannot log on')
    return { ...mine, step: lastLine(await mine.heard()) }
  }

  for (const locale of ['ja', 'en'] as const) {
    it(`is refused with a word of why, and the step comes back (${locale})`, async () => {
      const mine = await atTheFirstStep(locale)
      const typed = [
        ...spellings(pins.text),
        ...spellings(pins.card, 'card'),
        ...sayings.flatMap((say, at) => say(spellings(pins.text)[at] ?? pins.text)),
      ]
      for (const text of typed) {
        expect(await mine.say(text)).to.equal(200)
        const heard = await mine.heard()
        expect(heard, text).to.contain(warnings[locale])
        expect(heard, text).to.contain(mine.step)
      }
    })
  }

  it('is refused too where no customer types: in values, names and languages', async () => {
    const mine = await atTheFirstStep('ja')
    for (const hidden of hiding(pins.hidden)) {
      const status = await mine.post({ type: 'message', text: 'はい', ...hidden })
      expect([200, 400], JSON.stringify(hidden)).to.include(status)
      if (status !== 200) continue
      const heard = await mine.heard()
      if ('value' in hidden) expect(heard, JSON.stringify(hidden)).to.contain(warnings.ja)
    }
    for (const event of [
      { type: 'event', name: `startConversation ${pins.hidden}` },
      { type: 'event', name: 'setLocale', value: `ja-${pins.hidden}` },
      { type: pins.hidden },
    ])
      expect(await mine.post(event), JSON.stringify(event)).to.equal(400)
    // Clients say more of it than that somebody types; nothing of that is kept.
    expect(await mine.post({ type: 'typing', text: pins.hidden })).to.equal(200)
    await customer(kaijo, `ja-${pins.hidden}`)
  })

  it('is in no file, no log, no figure and no transcript afterwards', async () => {
    const metrics = await (await fetch(`${kaijo.url}/metrics`)).text()
    const logs = await Promise.all(customers.map((mine) => mine.log()))
    expect(logs.flat().length).to.be.greaterThan(100)
    const running = searched({
      ...files(kaijo.dir),
      metrics: Buffer.from(metrics),
      output: Buffer.from(kaijo.output()),
    })
    expect(running).to.deep.equal([])
    expect(searched({ transcripts: Buffer.from(JSON.stringify(logs)) })).to.deep.equal([])
    // The search itself finds what is there: what an honest customer wrote is in the database or its WAL.
    expect(searched(files(kaijo.dir), ['サービスがご利用できなくなりました'])).not.to.deep.equal([])
    await kaijo.stop()
    expect(searched({ ...files(kaijo.dir), output: Buffer.from(kaijo.output()) })).to.deep.equal([])
  })
})

/** Every place of an activity that a client can write into. */
function hiding(pin: string): Record<string, unknown>[] {
  const wide = spellings(pin)[1]
  return [
    { value: { choice: pin } },
    { value: { choice: 'user', note: `暗証番号は${wide}` } },
    { value: { [`pin${pin}`]: 'x' } },
    { value: { pin } },
    { value: pin },
    { channelData: { pin, note: `PIN ${pin}` } },
    { channelData: { clientActivityID: `暗証番号 ${pin}` } },
    { name: pin },
    { locale: `ja-${pin}` },
    { locale: `ja-JP-x${pin.slice(0, 7)}-${pin}` },
    { attachments: [{ contentType: 'text/plain', content: pin }] },
    { entities: [{ type: 'pin', text: pin }] },
    { from: { id: pin, name: pin } },
    { recipient: { id: pin }, conversation: { id: pin }, id: pin, replyToId: pin },
    { speak: pin, summary: pin, inputHint: pin, label: pin, topicName: pin },
    { timestamp: pin, localTimestamp: pin, localTimezone: pin, serviceUrl: `https://${pin}.example` },
    { suggestedActions: { actions: [{ title: pin, value: pin }] }, textFormat: pin, [pin]: pin },
  ]
}

function files(dir: string): Record<string, Buffer> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name))]),
  )
}

/** Where the secrets are found, in any spelling, as UTF-8 or UTF-16. */
function searched(places: Record<string, Buffer>, secrets = everySpelling()): string[] {
  const encoded = secrets.flatMap((secret) => [
    Buffer.from(secret),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(JSON.stringify(secret).slice(1, -1)),
  ])
  return Object.entries(places)
    .filter(([, bytes]) => encoded.some((secret) => withoutNoise(bytes).includes(secret)))
    .map(([place]) => place)
}

function everySpelling(): string[] {
  return [...spellings(pins.text), ...spellings(pins.hidden), ...spellings(pins.card, 'card')]
}

function lastLine(text: string): string {
  return text.split('\n').filter(Boolean).at(-1) ?? ''
}
