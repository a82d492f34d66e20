import { expect } from 'chai'
import type { Activity, Client } from '../support/directLine.ts'
import { connect } from '../support/directLine.ts'
import { type Running, runKaijo } from '../support/kaijo.ts'

/** One customer: who is locked, and what is at hand. */
interface Row {
  role: 'user' | 'admin'
  card: 'have' | 'lost'
  pins: 'have' | 'locked' | 'forgotten'
  pc: 'have' | 'expired' | 'absent'
  userPin: 'known' | 'unknown'
}

/** The bank's own answer (Q4/A4), row by row: the forms to hand in, and what the conversation ends with. */
function demanded({ role, card, pins, pc, userPin }: Row): { forms: string[]; ending: keyof typeof endings } {
  const forms = [
    ...(card === 'lost' ? ['cardReissue'] : []),
    ...(pins === 'locked' ? ['pinUnlock'] : []),
    ...(pc !== 'have' ? ['certificateReissue'] : []),
  ]
  const isComplete = card === 'have' && pins === 'have' && pc === 'have'
  if (role === 'admin') return { forms, ending: isComplete ? 'branch' : 'adminForms' }
  if (!isComplete) return { forms, ending: 'forms' }
  return { forms, ending: userPin === 'known' ? 'sixSteps' : 'guideEnds' }
}

const endings = {
  forms: { ja: /依頼書のご提出|お手続きが必要/, en: /hand in|branch/i },
  adminForms: { ja: /お取引店でのお手続きが必要/, en: /branch/i },
  branch: { ja: /お取引店にご連絡/, en: /branch/i },
  sixSteps: { ja: /手順 6 \/ 6/, en: /Step 6 of 6/ },
  guideEnds: { ja: /ご案内できる手順はここまで/, en: /guide|end/i },
} as const

const banks = ['osaka-city', 'minato-example'] as const
const locales = ['ja', 'en'] as const

function rows(): Row[] {
  const all: Row[] = []
  for (const role of ['user', 'admin'] as const)
    for (const card of ['have', 'lost'] as const)
      for (const pins of ['have', 'locked', 'forgotten'] as const)
        for (const pc of ['have', 'expired', 'absent'] as const)
          for (const userPin of role === 'user' ? (['known', 'unknown'] as const) : (['known'] as const))
            all.push({ role, card, pins, pc, userPin })
  return all
}

/** A customer at the real endpoint, with the real client. */
class Customer {
  readonly #client: Client
  #said = 0

  constructor(client: Client) {
    this.#client = client
  }

  /** What the bot says until it offers something to press. */
  async hear(): Promise<{ text: string; actions: { title: string; value: Record<string, string> }[] }> {
    const last = await this.#client.until((activity) => {
      const at = this.#client.activities.indexOf(activity)
      return (
        at >= this.#said &&
        activity.from.role === 'bot' &&
        'suggestedActions' in activity &&
        activity.suggestedActions !== undefined
      )
    })
    const end = this.#client.activities.indexOf(last) + 1
    const heard = this.#client.activities.slice(this.#said, end).filter(({ from }) => from.role === 'bot')
    this.#said = end
    const actions = (last as never as { suggestedActions: { actions: never[] } }).suggestedActions.actions
    return {
      text: heard.map((activity) => (activity as Activity & { text: string }).text).join('\n'),
      actions,
    }
  }

  async press(actions: Awaited<ReturnType<Customer['hear']>>['actions'], choice: string) {
    const action = actions.find(({ value }) => value.choice === choice)
    if (!action)
      throw new Error(
        `No button leads to "${choice}"; there are ${actions.map(({ title }) => title).join(', ')}`,
      )
    await this.#client.say(action.title, { value: action.value })
    return this.hear()
  }

  async say(text: string) {
    await this.#client.say(text)
    return this.hear()
  }
}

async function converse(kaijo: Running, row: Row, locale: 'ja' | 'en'): Promise<string> {
  const client = connect({ url: kaijo.url, token: await kaijo.token(), locale })
  try {
    const customer = new Customer(client)
    await customer.hear()
    let heard = await customer.say(
      locale === 'ja'
        ? 'サービスがご利用できなくなりましたと出てログオンできません'
        : 'It says the service is no longer available and I cannot log on',
    )
    heard = await customer.press(heard.actions, row.role)
    if (row.role === 'user') heard = await customer.press(heard.actions, 'each')
    const order = row.role === 'user' ? (['card', 'pins', 'pc'] as const) : (['pins', 'card', 'pc'] as const)
    for (const thing of order) heard = await customer.press(heard.actions, row[thing])
    if (heard.actions.some(({ value }) => value.step?.endsWith('/user-pin'))) {
      heard = await customer.press(heard.actions, row.userPin)
    }
    const said = [heard.text]
    while (heard.actions.some(({ value }) => value.choice === 'done') && !/6 \/ 6|6 of 6/.test(heard.text)) {
      heard = await customer.press(heard.actions, 'done')
      said.push(heard.text)
    }
    return said.join('\n')
  } finally {
    client.end()
  }
}

for (const bank of banks) {
  describe(`what is demanded of each customer of ${bank}`, function () {
    this.timeout(300_000)
    let kaijo: Running

    before(async () => {
      kaijo = await runKaijo({ BANK: bank })
    })
    after(() => kaijo.end())

    for (const locale of locales) {
      for (const row of rows()) {
        const { forms, ending } = demanded(row)
        const facts = `${row.role}, card ${row.card}, PINs ${row.pins}, certificate ${row.pc}, user's PIN ${row.userPin}`
        it(`${locale}: ${facts}: ${ending}${forms.length > 0 ? ` with ${forms.join(' and ')}` : ''}`, async () => {
          const said = await converse(kaijo, row, locale)
          expect(said).to.match(endings[ending][locale])
          for (const [id, { forms: names }] of kaijo.live.content().banks) {
            for (const [key, name] of Object.entries(names)) {
              const isDue = id === bank && forms.includes(key)
              expect(
                said.includes(name),
                `${isDue ? 'misses' : 'wrongly names'} ${name} in:\n${said}`,
              ).to.equal(isDue)
            }
          }
          if (ending === 'sixSteps') expect(said).to.include(kaijo.live.content().bank.code)
        })
      }
    }
  })
}
