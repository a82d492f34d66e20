import {
  type Activity,
  BotAdapter,
  type ConversationReference,
  type ResourceResponse,
  TurnContext,
} from 'botbuilder-core'
import {
  type DialogInstance,
  DialogMemoryScope,
  DialogSet,
  type DialogStateManagerConfiguration,
  ThisMemoryScope,
  TurnMemoryScope,
} from 'botbuilder-dialogs'
import type { Content } from '../content/index.ts'
import type { Lexicon, Locale, Words } from '../locales/index.ts'
import type { UnlockClient } from '../unlock/index.ts'
import { type Count, countWalk } from './counts.ts'
import { addFaq } from './faqDialog.ts'
import { addFlow } from './flowDialog.ts'
import { type GuidePlace, guidePlace } from './guideDialog.ts'
import { addHandoff } from './handoffDialog.ts'
import { takeTurn } from './mainDialog.ts'
import {
  type DeskNow,
  type Draw,
  type Initiation,
  type Links,
  type Pass,
  type Scene,
  type Search,
  sceneOf,
  setScene,
  type World,
} from './scene.ts'
import { bareStack, copied, freshState, type State } from './state.ts'
import { addTrouble } from './troubleDialog.ts'

export type { Count } from './counts.ts'
export type { GuidePlace } from './guideDialog.ts'
export { missingOn } from './path.ts'
export { pressedRating, ratedSilently } from './ratingDialog.ts'
export { troublePlace } from './say.ts'
export type { DeskNow, Draw, Initiation, Links, Pass, Search } from './scene.ts'
export { PHONE } from './scene.ts'
export type { News, State } from './state.ts'
export { hold } from './state.ts'

/** One event to answer. */
export interface Heard {
  /** Unique: the key that makes calls to the outside idempotent. */
  id: string
  channel: string
  conversation: string
  activity: Partial<Activity>
  /** What the turn before has left, or undefined at the first. */
  state: unknown
  /** Who has the conversation; the bot unless said otherwise. While a person has it, nobody asks the dialogs. */
  owner?: Scene['owner']
  /** The agents' desk as it is now; nothing where there is none. */
  desk?: DeskNow
  /** Resolves when the event cannot be lost any more; it cannot from the beginning unless said otherwise. */
  accepted?: () => Promise<unknown>
}

/** What a turn leaves behind; nothing outside has changed but for idempotent calls. */
export interface Reply {
  said: Partial<Activity>[]
  state: State
  /** Unlock requests that the conversation now waits for. */
  requests: string[]
  /** Links and guide numbers that were shown for the first time. */
  passes: Pass[]
  /** Where the customer has just gone in a procedure that others may share. */
  moved?: GuidePlace
  /** The customer asked for a person, and there are some: the conversation goes into the queue. */
  handoff?: Initiation
  /** The customer, who waits in the queue, does not want to any more. */
  leavesQueue?: boolean
  /** A free question that was asked, or what became of the one before. */
  question?: Scene['question']
  /** How the customer found the agent, from 1 to 5. */
  rating?: number
  /** What happened in it, to be counted when it is committed. */
  counts: readonly Count[]
  /** For the log: ids only. */
  trace: Scene['trace']
}

interface Deps {
  content: Content
  words: Words
  lexicons: Record<Locale, Lexicon>
  unlock: UnlockClient
  links: Links
  draw: Draw
  /** What the unlock API is told in place of a conversation's id. */
  pseudonym(conversation: string): string
  search: Search
  now?: () => Date
}

/** The dialogs over one version of the content. Made anew when the content changes. */
export function createDialogs(deps: Deps) {
  const world = build(deps)
  const now = deps.now ?? (() => new Date())

  return {
    /** Digits that are no secret. */
    allowedDigits: [deps.content.bank.code],

    /** Answers one event. */
    async reply(heard: Heard): Promise<Reply> {
      const before = heard.state as State | undefined
      const state = before ? copied(before) : freshState(localeOf(heard.activity))
      const { device } = heard.activity.channelData ?? {}
      if (device === 'phone' || device === 'pc') state.device = device
      const trace = { event: heard.activity.name ?? heard.activity.type ?? 'unknown' }
      const { id, channel, owner = 'bot', desk } = heard
      const scene: Scene = {
        id,
        channel,
        customer: () => deps.pseudonym(heard.conversation),
        bank: async () => {
          await heard.accepted?.()
          return deps.unlock
        },
        now: now(),
        world,
        state,
        stuck: false,
        owner,
        ...(desk && { desk }),
        requests: [],
        passes: [],
        counts: [],
        trace,
      }
      const adapter = new Collector()
      const context = new TurnContext(adapter, heard.activity)
      setScene(context, scene)
      context.turnState.set('DialogStateManagerConfiguration', memory)
      const dc = await world.dialogs.createContext(context)
      await takeTurn(dc, scene)
      if (isOwnStep(heard.activity, state)) countWalk(before?.run, scene)
      return {
        said: adapter.said,
        state: { ...state, stack: bareStack(dc.stack) },
        requests: scene.requests,
        passes: scene.passes,
        moved: moved(before, state, world, heard.activity),
        ...(scene.handoff && { handoff: scene.handoff }),
        ...(scene.leavesQueue && { leavesQueue: true }),
        ...(scene.question && { question: scene.question }),
        ...(scene.rating && { rating: scene.rating }),
        counts: scene.counts,
        trace: scene.trace,
      }
    },

    /** Whether digits typed now are an answer to what was asked. */
    expectsDigits(state: unknown): boolean {
      const { stack, run } = (state ?? {}) as Partial<State>
      const active = stack?.at(-1)?.id
      const flow = run && world.content.flows.get(run.flow)
      const step = flow?.steps.get(active?.slice(flow.id.length + 1) ?? '')
      return step?.kind === 'question' && step.expects === 'digits'
    },

    /** What to say when a turn could not be finished. */
    apology(state: unknown): Partial<Activity> {
      const text = world.words.t((state as State | undefined)?.locale ?? 'ja', 'bot:apology')
      return { type: 'message', text, speak: text }
    },
  }
}

function build({ now: _, unlock: __, pseudonym: ___, ...parts }: Deps): World {
  const places: World['places'] = new Map()
  const dialogs = new DialogSet(stackOfScene)
  for (const flow of parts.content.flows.values()) addFlow(flow, dialogs, places)
  addTrouble(dialogs, places)
  addHandoff(dialogs, places)
  addFaq(dialogs, places)
  return { ...parts, dialogs, places }
}

/** Where botbuilder finds its stack: in our one state, which the turn reads and writes once. */
const stackOfScene = {
  get: async (context: TurnContext): Promise<{ dialogStack: DialogInstance[] }> => ({
    dialogStack: sceneOf(context).state.stack,
  }),
  set: async () => {},
  delete: async () => {},
}

/**
 * What botbuilder's dialogs reach of memory, under the name by which its DialogStateManager looks for it. Left to
 * itself it makes scopes and path resolvers anew in each turn, for state that we do not keep there: a tenth of the turn.
 */
const memory: DialogStateManagerConfiguration = {
  memoryScopes: [new TurnMemoryScope(), new DialogMemoryScope(), new ThisMemoryScope()],
  pathResolvers: [],
}

/** Collects what is said; the turn commits it, the channel delivers it. */
class Collector extends BotAdapter {
  readonly said: Partial<Activity>[] = []

  async sendActivities(_context: TurnContext, activities: Partial<Activity>[]): Promise<ResourceResponse[]> {
    for (const {
      type,
      text,
      speak,
      locale,
      textFormat,
      inputHint,
      attachments,
      suggestedActions,
    } of activities) {
      this.said.push({ type, text, speak, locale, textFormat, inputHint, attachments, suggestedActions })
    }
    return activities.map(() => ({ id: '' }))
  }

  async updateActivity(): Promise<void> {
    throw new Error('A turn only says new things; it updates nothing.')
  }

  async deleteActivity(_context: TurnContext, _reference: Partial<ConversationReference>): Promise<void> {
    throw new Error('A turn only says new things; it deletes nothing.')
  }

  async continueConversation(): Promise<void> {
    throw new Error('A turn is started by an accepted event only.')
  }
}

/** Whoever was led here by the other conversation does not lead it back. */
function moved(
  before: State | undefined,
  after: State,
  world: World,
  { name }: Partial<Activity>,
): GuidePlace | undefined {
  if (name?.startsWith('guide.')) return undefined
  const flow = world.content.flows.get(after.run?.flow ?? '')
  const place = guidePlace(after, flow)
  const was = before && guidePlace(before, flow)
  return place && place.step !== was?.step ? place : undefined
}

/** A walk that two conversations share is counted where the customer pressed something. */
function isOwnStep({ type, name }: Partial<Activity>, { run }: State): boolean {
  return type === 'message' || !(run?.isJoined || name?.startsWith('guide.'))
}

function localeOf(activity: Partial<Activity>): Locale {
  return activity.locale?.toLowerCase().startsWith('en') ? 'en' : 'ja'
}
