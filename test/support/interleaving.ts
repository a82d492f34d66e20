import { createDesk } from '../../bot/desk/desk.ts'
import { createLog } from '../../bot/log.ts'
import { HttpError } from '../../bot/route.ts'
import type { Ownership, Store, Turn } from '../../bot/store/index.ts'
import { takeTurns } from '../../bot/turn.ts'
import type { Words } from '../../locales/index.ts'
import { Died, Mortal } from './mortalStore.ts'
import { bot, type Kept } from './promisedBot.ts'

/** What can happen to a conversation. */
export const deedNames = [
  'writes',
  'writes',
  'asks for a person',
  'asks for a person',
  'stops waiting',
  'writes again',
  'A takes',
  'A takes',
  'B takes',
  'both take',
  'A sends',
  'B sends',
  'A sends again',
  'A returns',
  'B returns',
  'A releases',
  'B closes',
  'A closes',
  'time is up',
  'A vanishes',
  'the bank tells',
  'the process dies',
] as const

/** One of them, and whether everything comes to rest before the next. */
export interface Deed {
  name: (typeof deedNames)[number]
  rests: boolean
}

/** What came of a course of deeds. */
export interface Course {
  commits: Turn[]
  /** Messages of the customer that were accepted, each once. */
  accepted: string[]
  news: string[]
  /** What agents were told that it was sent. */
  sent: string[]
  /** How many takes were told that they are one. */
  taken: number
  /** How many of two who took at once out of a resting queue were told so. */
  races: number[]
  /** The step that a return named while all was at rest, and the step at which the bot asked then. */
  returns: { stated: string; resumed: string | undefined }[]
}

/** One commit of a course, with who had the conversation before and after it. */
export interface Step {
  move: string
  before: Ownership
  after: Ownership
  /** What the bot said in it. */
  kaijo: string[]
  /** Which agents said something in it. */
  agents: string[]
  texts: string[]
  /** The event that it applied. */
  applied?: string
}

/** Plays the deeds on one conversation, with a process of its own over the store, and lets all come to its end. */
export async function play(store: Store, conversation: string, deeds: readonly Deed[]): Promise<Course> {
  return new Player(store, conversation).play(deeds)
}

/** The commits in their order, and what each did. */
export function readCourse({ commits }: Course): Step[] {
  let before: Ownership = { owner: 'bot', agent: null, queuedAt: null, waitingSince: null }
  return [...commits]
    .sort((one, other) => one.version - other.version)
    .map((turn) => {
      const after = turn.ownership ?? before
      const messages = turn.said.filter(({ type }) => type === 'message')
      const by = (id: string) => messages.filter(({ from }) => from?.id === id)
      const step: Step = {
        move: `${before.owner}→${after.owner}`,
        before,
        after,
        kaijo: by('kaijo').map(({ text }) => text ?? ''),
        agents: by('agent').map(({ from }) => from?.name ?? ''),
        texts: messages.map(({ text }) => text ?? ''),
        applied: turn.eventId,
      }
      before = after
      return step
    })
}

class Player {
  readonly #store: Store
  readonly #id: string
  readonly #course: Course
  #process: ReturnType<Player['start']>
  #count = 0
  #lastSend: { key: string; text: string } | undefined
  #last: string | undefined
  /** Whether nothing else happens at the same time as the deed that begins now. */
  #isAlone = false

  constructor(store: Store, id: string) {
    this.#store = store
    this.#id = id
    this.#course = { commits: [], accepted: [], news: [], sent: [], taken: 0, races: [], returns: [] }
    this.#process = this.start()
  }

  async play(deeds: readonly Deed[]): Promise<Course> {
    const running: Promise<unknown>[] = []
    for (const { name, rests } of deeds) {
      this.#isAlone = rests && running.length === 0
      running.push(this.#do(name))
      if (rests) await this.#rest(running)
    }
    await this.#rest(running)
    // The end: nobody is left waiting for an agent, so that everything that is held must be told.
    for (const agent of ['A', 'B']) await this.#press((desk, press) => desk.return({ ...press(agent) }))
    await this.#rest(running)
    return this.#course
  }

  /** A process of its own: turns and a desk over the store, until it dies. */
  start() {
    const mortal = new Mortal(this.#store, this.#id, this.#course.commits)
    const store = mortal.store
    const turns = takeTurns({
      store,
      bot: () => bot,
      log,
      desk: () => ({ isOpen: true, ahead: async () => 0 }),
    })
    const wake = (id: string) => turns.wake(id)
    const words = () => ({ t: (_: string, key: string) => key }) as unknown as Words
    const die = () => {
      mortal.die()
      void turns.stop()
    }
    return { turns, desk: createDesk({ store, bot: () => bot, words, wake }), die }
  }

  /** Also what a press that failed with the process has left is at rest then. */
  async #rest(running: Promise<unknown>[]): Promise<void> {
    await Promise.all(running.splice(0))
    await this.#process.turns.idle()
  }

  async #do(name: Deed['name']): Promise<void> {
    const text = { writes: 'hello', 'asks for a person': 'person', 'stops waiting': 'stop' }[name as string]
    if (text) return this.#write(`m${++this.#count}`, text)
    const deed = this.#deeds[name]
    // What a clock or a process begins ends with it.
    if (deed)
      await deed().catch((error) => {
        if (!(error instanceof Died)) throw error
      })
  }

  readonly #deeds: Partial<Record<Deed['name'], () => Promise<unknown>>> = {
    'writes again': async () => this.#last && this.#accept(this.#last, 'hello'),
    'A takes': () => this.#take('A'),
    'B takes': () => this.#take('B'),
    'both take': () => this.#race(),
    'A sends': () => this.#send('A', { key: `k${++this.#count}`, text: `from A ${this.#count}` }),
    'B sends': () => this.#send('B', { key: `k${++this.#count}`, text: `from B ${this.#count}` }),
    'A sends again': async () => this.#lastSend && this.#send('A', this.#lastSend, true),
    'A returns': () => this.#return('A'),
    'B returns': () => this.#return('B'),
    'A releases': () => this.#press((desk, press) => desk.release(press('A'))),
    'A closes': () => this.#press((desk, press) => desk.close(press('A'))),
    'B closes': () => this.#press((desk, press) => desk.close(press('B'))),
    'time is up': () => this.#process.desk.expire(this.#id, 'late'),
    'A vanishes': () => this.#process.desk.vanish(this.#id, 'A'),
    'the bank tells': () => this.#tell(`n${++this.#count}`),
    'the process dies': async () => {
      this.#process.die()
      this.#process = this.start()
      await this.#process.turns.start()
    },
  }

  async #write(eventId: string, text: string): Promise<void> {
    this.#last = eventId
    this.#course.accepted.push(eventId)
    await this.#accept(eventId, text)
  }

  /** Channels send again what they got no answer to. */
  async #accept(eventId: string, text: string): Promise<void> {
    const id = this.#id
    const activity = { type: 'message', text, from: { id: 'customer', name: '', role: 'user' } }
    await this.#untilAlive(() =>
      this.#process.turns.accept({ channel: id, eventId, conversation: id, activity, logged: true }),
    )
  }

  async #tell(value: string): Promise<void> {
    const id = this.#id
    this.#course.news.push(value)
    const activity = { type: 'event', name: 'unlock.updated', value: { id: value } }
    await this.#untilAlive(() =>
      this.#process.turns.accept({ channel: id, eventId: value, conversation: id, activity, logged: false }),
    )
  }

  async #take(agent: string): Promise<boolean> {
    const isTaken = await this.#press((desk, press) => desk.take(press(agent)))
    if (isTaken) this.#course.taken++
    return isTaken
  }

  async #race(): Promise<void> {
    const isAlone = this.#isAlone
    const before = await this.#store.conversation(this.#id)
    const won = await Promise.all([this.#take('A'), this.#take('B')])
    if (isAlone && before?.owner === 'queue') this.#course.races.push(won.filter(Boolean).length)
  }

  async #send(agent: string, { key, text }: { key: string; text: string }, isAgain = false): Promise<void> {
    const press = { conversation: this.#id, agent: actor(agent), key, text }
    const isSent = await this.#pressed((desk) => desk.send(press))
    if (!isSent || isAgain) return
    this.#course.sent.push(text)
    if (agent === 'A') this.#lastSend = { key, text }
  }

  async #return(agent: string): Promise<void> {
    const stated = `step-${++this.#count}`
    const isAlone = this.#isAlone
    const isDone = await this.#press((desk, press) => desk.return({ ...press(agent), step: stated }))
    if (!isDone || !isAlone) return
    await this.#process.turns.idle()
    const after = await this.#store.conversation(this.#id)
    this.#course.returns.push({ stated, resumed: (after!.state as Kept).step })
  }

  async #press(deed: (desk: Desk, press: (agent: string) => Press) => Promise<unknown>): Promise<boolean> {
    const key = `k${++this.#count}`
    return this.#pressed((desk) =>
      deed(desk, (agent) => ({ conversation: this.#id, agent: actor(agent), key })),
    )
  }

  /** The page sends a press again when no answer came. */
  async #pressed(deed: (desk: Desk) => Promise<unknown>): Promise<boolean> {
    try {
      await this.#untilAlive(() => deed(this.#process.desk))
      return true
    } catch (error) {
      if (error instanceof HttpError) return false
      throw error
    }
  }

  async #untilAlive<T>(deed: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await deed()
      } catch (error) {
        if (!(error instanceof Died)) throw error
      }
    }
  }
}

type Desk = ReturnType<typeof createDesk>
type Press = Parameters<Desk['take']>[0]

function actor(agent: string) {
  return { id: agent, shown: agent }
}

const log = createLog('silent')
