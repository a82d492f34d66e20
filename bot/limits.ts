import { isIPv6 } from 'node:net'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Limits } from './limitSettings.ts'
import { type Counting, consume, countHere } from './tries.ts'

/** Counts what callers ask for; each rejects with a 429 that says when to come back. */
export interface Rates {
  request(address: string): Promise<void>
  conversation(address: string): Promise<void>
  /** A try at a guide number. */
  guide(address: string): Promise<void>
  message(conversation: string): Promise<void>
}

/**
 * Rates a minute, in the memory of this process: behind several processes each allows its share anew. Only tries at a
 * guide number are counted as `counting` says.
 */
export function createRates(limits: Limits, counting: Counting = countHere): Rates {
  const requests = counter(limits.requestsPerAddress)
  const conversations = counter(limits.conversationsPerAddress)
  const guides = counting({ name: 'guide', points: limits.guidesPerAddress, seconds: 60 })
  const messages = counter(limits.messagesPerConversation)
  return {
    request: (address) => requests(network(address)),
    conversation: (address) => conversations(network(address)),
    guide: (address) => guides.count(network(address)),
    message: (conversation) => messages(conversation),
  }
}

/** What one caller can hold at the same time. */
export interface Slots {
  /** A function that gives the place back; undefined when there is none left. */
  take(owner: string): (() => void) | undefined
}

/** As many places for each owner. */
export function createSlots(most: number): Slots {
  const held = new Map<string, number>()
  return {
    take(owner) {
      const key = network(owner)
      const count = held.get(key) ?? 0
      if (count >= most) return undefined
      held.set(key, count + 1)
      let given = false
      return () => {
        if (given) return
        given = true
        const left = (held.get(key) ?? 1) - 1
        if (left > 0) held.set(key, left)
        else held.delete(key)
      }
    },
  }
}

function counter(points: number): (key: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ points, duration: 60 })
  return (key) => consume(limiter, key, 'requests')
}

/** One subscriber owns a whole /64 of IPv6 addresses, so the network is what counts. */
export function network(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  if (tail !== undefined) {
    const last = tail.split(':')
    while (groups.length + last.length < 8) groups.push('0')
    groups.push(...last)
  }
  return groups
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')
}
