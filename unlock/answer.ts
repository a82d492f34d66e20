import { z } from 'zod'
import { UnlockUnavailable } from './failure.ts'
import { requestId } from './requestId.ts'
import type { UnlockState } from './requestState.ts'
import { unlockStates } from './requestState.ts'
import { toUpdate, type UnlockUpdate } from './update.ts'

/** An unlock request as the unlock API shows it. */
export interface UnlockRequest {
  id: string
  state: UnlockState
  /** Shown in the chat and asked for on the bank's page, so that a person knows that both speak of the same request. */
  bindingCode: string
  /** The bank's page for this request. */
  link: string
  /** ISO 8601, UTC. */
  expiresAt: string
  createdAt: string
  /** Why it was rejected; undefined too when the API has a reason that we do not know. */
  reason?: UnlockReason
}

const reasons = ['declined', 'wrong-code', 'too-many', 'not-suspended'] as const

/** Why a request was rejected. */
export type UnlockReason = (typeof reasons)[number]

/** One event as the API lists it: what a webhook would have said, under the webhook's id. */
export interface UnlockEvent {
  id: string
  /** Undefined when it is of a kind that we do not know. */
  update: UnlockUpdate | undefined
}

const answer = z.object({
  id: z.string().regex(requestId),
  state: z.enum(unlockStates),
  bindingCode: z.string().regex(/^\d{4}$/),
  link: z.url().max(500),
  expiresAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  reason: z.enum(reasons).optional().catch(undefined),
})

const feed = z.object({
  events: z.array(z.object({ id: z.string().regex(/^[\w-]{1,64}$/), event: z.unknown() })).max(100),
  more: z.boolean(),
})

const keyList = z.object({
  keys: z
    .array(z.object({ publicKey: z.string().max(100) }))
    .min(1)
    .max(3),
})

/** Reads one request; its link must lead to this origin. Throws UnlockUnavailable when it breaks the contract. */
export function readRequest(body: unknown, origin: string): UnlockRequest {
  const found = parsed(answer, body)
  if (new URL(found.link).origin === origin) return found
  throw new UnlockUnavailable(
    `The unlock API's link leads to ${new URL(found.link).origin}; only ${origin} is allowed`,
  )
}

/** Reads a page of events. Throws UnlockUnavailable when it breaks the contract. */
export function readFeed(body: unknown): { events: UnlockEvent[]; more: boolean } {
  const { events, more } = parsed(feed, body)
  return { events: events.map(({ id, event }) => ({ id, update: toUpdate(event) })), more }
}

/** Reads the list of keys. Throws UnlockUnavailable when it breaks the contract. */
export function readKeys(body: unknown): string[] {
  return parsed(keyList, body).keys.map(({ publicKey }) => publicKey)
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const places = read.error.issues.map((issue) => issue.path.join('.') || 'the whole answer')
  throw new UnlockUnavailable(`The unlock API's answer breaks its contract at ${places.join(', ')}`)
}
