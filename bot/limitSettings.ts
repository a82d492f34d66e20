import type { z } from 'zod'
import { most } from './setting.ts'

/** How much one caller may ask for; figures a minute, or at the same time. */
export interface Limits {
  readonly requestsPerAddress: number
  readonly conversationsPerAddress: number
  /** Guide numbers tried, right or wrong. */
  readonly guidesPerAddress: number
  readonly messagesPerConversation: number
  readonly socketsPerAddress: number
  readonly socketsPerConversation: number
  readonly connections: number
  /** Requests that have come whole and are being answered. */
  readonly requestsAtOnce: number
}

/** What each of the limits' variables may hold. */
export const limitVariables = {
  LIMIT_REQUESTS_PER_ADDRESS: most(6000),
  LIMIT_CONVERSATIONS_PER_ADDRESS: most(600),
  LIMIT_GUIDES_PER_ADDRESS: most(5),
  LIMIT_MESSAGES_PER_CONVERSATION: most(240),
  LIMIT_SOCKETS_PER_ADDRESS: most(500),
  LIMIT_SOCKETS_PER_CONVERSATION: most(8),
  LIMIT_CONNECTIONS: most(10_000),
  LIMIT_REQUESTS_AT_ONCE: most(256),
}

/** The limits as their variables set them. */
export function toLimits(settings: z.output<z.ZodObject<typeof limitVariables>>): Limits {
  return {
    requestsPerAddress: settings.LIMIT_REQUESTS_PER_ADDRESS,
    conversationsPerAddress: settings.LIMIT_CONVERSATIONS_PER_ADDRESS,
    guidesPerAddress: settings.LIMIT_GUIDES_PER_ADDRESS,
    messagesPerConversation: settings.LIMIT_MESSAGES_PER_CONVERSATION,
    socketsPerAddress: settings.LIMIT_SOCKETS_PER_ADDRESS,
    socketsPerConversation: settings.LIMIT_SOCKETS_PER_CONVERSATION,
    connections: settings.LIMIT_CONNECTIONS,
    requestsAtOnce: settings.LIMIT_REQUESTS_AT_ONCE,
  }
}
