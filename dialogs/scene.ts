import type { TurnContext } from 'botbuilder-core'
import type { DialogContext, DialogSet } from 'botbuilder-dialogs'
import type { Content, Flow, Step } from '../content/index.ts'
import type { Lexicon, Locale, Words } from '../locales/index.ts'
import type { UnlockClient } from '../unlock/index.ts'
import type { Count } from './counts.ts'
import type { Run, State } from './state.ts'

/** Everything that stays the same from turn to turn until new content comes. */
export interface World {
  content: Content
  words: Words
  lexicons: Record<Locale, Lexicon>
  links: Links
  draw: Draw
  dialogs: DialogSet
  /** What can be answered, dialog by dialog. */
  places: Map<string, Place>
  search: Search
}

/** Addresses that a customer sees. */
export interface Links {
  /** The page of this server that leads to an unlock request. */
  request(id: string): string
  /** A picture of the content. */
  picture(file: string): string
  /** The host that a customer should see in the address bar. */
  host: string
  /** The page on which a guide number is typed in, without its scheme: it is read and typed by people. */
  help: string
}

/** Chance, from outside. */
export interface Draw {
  /** 128 random bits, safe in an address. */
  linkId(): string
  /** Eight random digits. */
  guideNumber(): string
}

/** Something that lets somebody in once: what the store keeps of a link or a guide number. */
export interface Pass {
  id: string
  flow: string
  step: string
  request: string
  expiresAt: number
}

/** FAQ entries for a question, best first; scores from 0 to 1. */
export type Search = (text: string, locale: string) => { id: string; score: number }[]

/** A dialog that waits for an answer. */
export interface Place {
  offer(scene: Scene, options: Options): Offered[]
}

/** One answer that the customer can press or say. */
export interface Offered {
  id: string
  say: string
  phrases: string[]
}

/** What a dialog was begun with; plain ids. */
export type Options = Record<string, string | string[]>

/** The agents' desk as a customer finds it who asks for a person. */
export interface DeskNow {
  isOpen: boolean
  /** Why it is not open: out of hours, or nobody is there. */
  why?: 'hours' | 'absent'
  /** How many wait before this customer. */
  ahead(): Promise<number>
}

/** What an agent gets with a conversation; the value of Bot Framework's `handoff.initiate`. */
export interface Initiation {
  locale: Locale
  flow?: string
  step?: string
  answers: { step: string; answer: string }[]
  /** Who, what is at hand, where it is stuck and why: one line each, in the customer's language. */
  summary: string[]
  /** The same for agents, each in their own language. */
  summaries: Record<Locale, string[]>
  contentVersion: string
}

/** One turn as the dialogs see it. */
export interface Scene {
  id: string
  channel: string
  /** A pseudonym of the customer: the same for the same conversation, and nothing can be read from it. */
  customer(): string
  /** The unlock API, once the event of this turn cannot be lost any more. */
  bank(): Promise<UnlockClient>
  now: Date
  world: World
  state: State
  /** The choice that was understood; what `follow` follows. */
  choice?: string
  /** Whether the question must be asked with a person among its answers. */
  stuck: boolean
  /** What the customer stood on is gone: what they do now was not meant for the question that was asked in its place. */
  isMended?: boolean
  /** A question has been asked in this turn. */
  hasAsked?: boolean
  /** No link could be made, or it works no more: another one is offered. */
  canRetryLink?: boolean
  /** The customer seems to want another way through the guide: to start over is offered. */
  canRestart?: boolean
  /** Who has the conversation; the bot, or nobody any more, or it waits for a person. */
  owner: 'bot' | 'queue' | 'closed'
  /** The agents' desk as it is now; nothing where there is none. */
  desk?: DeskNow
  /** The customer asked for a person, and there are some. */
  handoff?: Initiation
  /** The customer does not want to wait for a person any more. */
  leavesQueue?: boolean
  requests: string[]
  passes: Pass[]
  /** How the customer found the agent, from 1 to 5. */
  rating?: number
  /** What happened in this turn beside the walk itself. */
  counts: Count[]
  /** A free question that was asked, or what became of the one before; kept for the writers. */
  question?: { text?: string; locale: string; kind?: 'nothing' | 'none' | 'unhelpful' }
  trace: { event: string; flow?: string; step?: string; faq?: string }
}

/** The channel of a call: an agent reads aloud what the dialogs say, and presses what the customer answers. */
export const PHONE = 'phone'

const SCENE = Symbol('scene')

/** Puts the scene where each dialog finds it. */
export function setScene(context: TurnContext, scene: Scene): void {
  context.turnState.set(SCENE, scene)
}

/** The scene of this turn. */
export function sceneOf(context: TurnContext): Scene {
  return context.turnState.get(SCENE) as Scene
}

/** A sentence in the customer's language. */
export function say(scene: Scene, key: string, vars?: Record<string, unknown>): string {
  return scene.world.words.t(scene.state.locale, key, vars)
}

/** The flow of a run, unless it is gone. */
export function flowOf(scene: Scene, run: Run | undefined = scene.state.run): Flow | undefined {
  return run && scene.world.content.flows.get(run.flow)
}

/** The step that a dialog of a flow stands for. */
export function stepOf(scene: Scene, dialogId: string | undefined): Step | undefined {
  const flow = flowOf(scene)
  if (!flow || !dialogId?.startsWith(`${flow.id}/`)) return undefined
  return flow.steps.get(dialogId.slice(flow.id.length + 1))
}

/** What the customer can answer now. */
export function offeredNow(dc: DialogContext, scene: Scene): Offered[] {
  const active = dc.activeDialog
  if (!active) return []
  return scene.world.places.get(active.id)?.offer(scene, active.state.options ?? {}) ?? []
}
