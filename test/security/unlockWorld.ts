import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { firstContent } from '../../bot/contentPlace.ts'
import { linkKey } from '../../bot/link.ts'
import { openLive } from '../../bot/live.ts'
import { createLog } from '../../bot/log.ts'
import type { HttpRequest } from '../../bot/route.ts'
import type { Store } from '../../bot/store/index.ts'
import { openSqlite } from '../../bot/store/sqlite.ts'
import { takeTurns } from '../../bot/turn.ts'
import { type UnlockParts, unlockRoutes } from '../../bot/unlockRoutes.ts'
import { createWords } from '../../locales/index.ts'
import { readPublicKey, type UnlockState, UnlockUnavailable } from '../../unlock/index.ts'
import type { BadBank } from '../support/badBank.ts'
import { Bank } from '../support/bank.ts'
import { draw, pseudonym } from '../support/draw.ts'
import { bank as names } from '../unlock/practice.ts'

const root = join(import.meta.dirname, '..', '..')
const cleared = '解除を確認しました'
const place = { contentDir: join(root, 'content'), localesDir: join(root, 'locales'), bank: 'osaka-city' }
const sentences = { flows: {}, faq: {} }
const words = createWords({ dir: place.localesDir, sentences, bank: { ...names, forms: {} } })
const first = firstContent(place)

/** What goes wrong at a point: it fails before or after it has worked, or the process ends there. */
export const mishaps = ['fails before', 'fails after', 'dies before', 'dies after'] as const
/** What goes wrong: the mishap, the point, and the how-manieth time it is met. */
export interface Plan {
  point: string
  nth: number
  mishap: (typeof mishaps)[number]
}

/** A conversation that waits for a request, a bank, and a bot that can be killed and started again on its store. */
export class World {
  readonly bank = new Bank()
  readonly store = openSqlite(':memory:')
  readonly signer: BadBank
  /** Points met since the news came, by how often. */
  readonly met = new Map<string, number>()
  /** How often the bank has confirmed the clearing, and the bot has heard it. */
  confirmed = 0
  plan: Plan | undefined
  isWatching = false
  /** Whether news wait for their turns in a lane, as they do where something else waits. */
  readonly isApart: boolean
  /** Which of its lives the bot is in, and which have ended. */
  #lives = 0
  readonly #dead = new Set<number>()
  #died = () => {}
  #bot = this.#start()

  constructor(signer: BadBank, isApart: boolean) {
    this.signer = signer
    this.isApart = isApart
  }

  #start() {
    const links = {
      request: (id: string) => `https://help.example/go/${id}`,
      picture: (file: string) => file,
      host: 'help.example',
      help: 'help.example/help',
    }
    const log = createLog('silent')
    const client = this.#spoiled('bank', this.bank)
    const store: Store = this.#spoiled('store', this.store)
    const live = openLive({ ...place, first, unlock: client, links, draw, pseudonym, log }, false)
    const turns = takeTurns({ store, bot: () => this.#spoiled('bot', live.bot()), log })
    const parts: UnlockParts = {
      client,
      keys: () => [readPublicKey(this.signer.env.UNLOCK_API_KEYS ?? '')],
      turns: this.#spoiled('turns', turns),
      store,
      words,
      linkKey: linkKey(randomBytes(32)),
      clock: () => new Date(),
    }
    const callback = unlockRoutes(parts).find(({ path }) => path === '/unlock/callback')
    return { turns, callback }
  }

  /** The same thing, but what the plan says goes wrong; after a death nothing of this bot works any more. */
  #spoiled<T extends object>(name: string, thing: T): T {
    const isAlive = () => !this.#dead.has(life)
    const life = this.#lives
    return new Proxy(thing, {
      get: (target, key) => {
        const value = Reflect.get(target, key, target)
        if (typeof value !== 'function' || typeof key !== 'string') return value
        const isSync = ['onLogged', 'expectsDigits', 'apology', 'idle', 'waiting'].includes(key)
        if (isSync) return value.bind(target)
        if (key === 'free' && this.isApart) return async () => undefined
        return async (...given: unknown[]) => {
          if (!isAlive()) return new Promise(() => {})
          const mishap = this.#meet(`${name}.${key}`)
          if (mishap?.endsWith('before')) return this.#suffer(mishap, life)
          const result = await value.apply(target, given)
          if (!isAlive()) return new Promise(() => {})
          if (mishap) return this.#suffer(mishap, life)
          if (name === 'bank' && (result as { state?: string })?.state === 'cleared') this.confirmed += 1
          return result
        }
      },
    })
  }

  #meet(point: string): Plan['mishap'] | undefined {
    if (!this.isWatching) return undefined
    const nth = (this.met.get(point) ?? 0) + 1
    this.met.set(point, nth)
    return this.plan?.point === point && this.plan.nth === nth ? this.plan.mishap : undefined
  }

  #suffer(mishap: Plan['mishap'], life: number): Promise<never> {
    if (mishap.startsWith('fails')) throw new UnlockUnavailable('planned')
    this.#dead.add(life)
    this.#died()
    return new Promise(() => {})
  }

  async says(text: string): Promise<void> {
    const activity = { type: 'message', text, locale: 'ja' }
    const eventId = randomBytes(8).toString('hex')
    await this.#bot.turns.accept({ channel: 'test', eventId, conversation: 'c', activity, logged: true })
    await this.#bot.turns.idle()
  }

  /** The bank sends its news until they are taken; whoever died meanwhile is started again. */
  async hears(state: UnlockState): Promise<void> {
    const request = this.bank.requests.at(-1)
    const { headers, body } = this.signer.webhook(request?.id ?? '', state)
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const died = new Promise<'died'>((resolve) => {
        this.#died = () => resolve('died')
      })
      const status = await Promise.race([this.#post(headers, body), died])
      const end = await Promise.race([this.#bot.turns.idle(), died])
      if (status !== 'died' && end !== 'died') {
        if (status < 300) return
        continue
      }
      await this.restarts()
    }
    throw new Error('The news were never taken')
  }

  async restarts(): Promise<void> {
    this.#dead.add(this.#lives)
    this.#lives += 1
    this.#bot = this.#start()
    await this.#bot.turns.start()
    await this.#bot.turns.idle()
  }

  async #post(headers: Record<string, string>, body: Buffer): Promise<number> {
    const request = { id: '', method: 'POST', url: new URL('http://x/'), params: {}, headers, body, ip: '' }
    try {
      return (await this.#bot.callback?.handle(request as HttpRequest))?.status ?? 0
    } catch (error) {
      return (error as { status?: number }).status ?? 500
    }
  }

  /** How often the customer was told that the lock is cleared. */
  async told(): Promise<number> {
    const log = await this.store.activities('c', 0, 1000)
    return log.filter(({ activity }) => activity.from?.role === 'bot' && activity.text?.includes(cleared))
      .length
  }
}

/** Everything that can go wrong once, given how often each point is met when nothing does. */
export function* plans(met: ReadonlyMap<string, number>): Generator<Plan> {
  for (const [point, times] of met)
    for (let nth = 1; nth <= times; nth += 1) for (const mishap of mishaps) yield { point, nth, mishap }
}
