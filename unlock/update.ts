import { z } from 'zod'
import { requestId } from './requestId.ts'
import type { UnlockState } from './requestState.ts'
import { unlockStates } from './requestState.ts'

/** What a webhook says: which request went forward, where to, and when (ISO 8601, UTC). */
export interface UnlockUpdate {
  id: string
  state: UnlockState
  at: string
}

const schema = z.object({
  type: z.literal('unlock.updated'),
  timestamp: z.iso.datetime(),
  data: z.object({
    id: z.string().regex(requestId),
    state: z.enum(unlockStates),
  }),
})

/** Reads the body of a verified webhook; undefined when it is of a kind that we do not know. */
export function readUpdate(body: Buffer): UnlockUpdate | undefined {
  return toUpdate(parse(body))
}

/** What the JSON of an event says; undefined when it is of a kind that we do not know. */
export function toUpdate(value: unknown): UnlockUpdate | undefined {
  const { success, data } = schema.safeParse(value)
  return success ? { ...data.data, at: data.timestamp } : undefined
}

/** The body of a webhook. */
export function writeUpdate({ id, state, at }: UnlockUpdate): string {
  return JSON.stringify({ type: 'unlock.updated', timestamp: at, data: { id, state } })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
