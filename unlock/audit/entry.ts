import { createHash } from 'node:crypto'
import { requestNumber } from '../requestId.ts'

/** What can be written down; a new word here is a new line in docs/decisions/0007-audit.md. */
export type Act =
  | `request.${'created' | 'refused' | 'opened' | 'verified' | 'cleared' | 'rejected' | 'expired'}`
  | `link.${'shown' | 'followed' | 'refused'}`
  | `guide.${'made' | 'used' | 'refused'}`
  | `callback.${'verified' | 'refused'}`
  | 'event.recovered'
  | 'customer.told'
  | 'code.wrong'
  | `pin.${'wrong' | 'locked' | 'unlocked'}`
  | `certificate.${'refused' | 'revoked' | 'issued'}`
  | 'card.replaced'
  | 'key.rotated'
  | 'practice.reset'
  | `desk.${'entered' | 'left' | 'refused' | 'invited' | 'welcomed' | 'changed'}`
  | `desk.${'viewed' | 'taken' | 'sent' | 'answered' | 'noted' | 'returned' | 'released' | 'closed' | 'called'}`
  | `desk.${'exported' | 'printed' | 'erased' | 'purged'}`

/** Who did what to which request; ids are taken as they are and kept as a number or a pseudonym. */
export interface Deed {
  who: 'customer' | 'administrator' | 'bot' | 'bank' | 'agent' | 'supervisor' | 'admin'
  what: Act
  /** The unlock request's id; its number (eight characters) is kept. */
  request?: string
  /** A conversation's id; a pseudonym is kept. */
  conversation?: string
  /** A contract's id; a pseudonym is kept. */
  contract?: string
  /** The channel or the door: one word. */
  where?: string
  /** The state before and after: one word each. */
  before?: string
  after?: string
  /** A reason or a code: one word. */
  why?: string
  /** The desk's accounts that did it, and that it was done to: ids, which are single words and say no name. */
  by?: string
  account?: string
}

/** One line of the log, as read: plain words, and what makes it a link of the chain. */
export interface Entry {
  seq: number
  /** ISO 8601, UTC. */
  at: string
  who: string
  what: string
  /** SHA-256 of the entry before. */
  previous: string
  /** SHA-256 over this entry without `hash`, written canonically. */
  hash: string
  /** Of an interrupted write that this entry closes off. */
  bytes?: number
  sha256?: string
  [more: string]: string | number | undefined
}

/** What the first entry, and the first head, stand on. */
export const nothing = '0'.repeat(64)

const word = /^[a-z][a-zA-Z0-9.-]{0,39}$/
const words = ['who', 'what', 'where', 'before', 'after', 'why', 'by', 'account'] as const

/** Keeps of a deed what is allowed in the log, whatever a caller has put in: words, a number, pseudonyms. */
export function kept(deed: Deed, pseudonym: (kind: string, id: string) => string): Record<string, string> {
  const entry: Record<string, string> = {}
  for (const name of words) {
    const value = deed[name]
    if (value !== undefined) entry[name] = word.test(value) ? value : 'unreadable'
  }
  const { request, conversation, contract } = deed
  if (request) entry.request = /^[0-9A-Z]{8,64}$/.test(request) ? requestNumber(request) : 'unreadable'
  if (conversation) entry.conversation = pseudonym('conversation', conversation)
  if (contract) entry.contract = pseudonym('contract', contract)
  return entry
}

/** A line and its hash: the next link of the chain. */
export function chained(content: Omit<Entry, 'hash'>): { line: string; hash: string } {
  const hash = sha256(canonical(content))
  return { line: canonical({ ...content, hash }), hash }
}

/** Reads a line; undefined when it is no entry, `hash` may still be wrong. */
export function readEntry(line: string): Entry | undefined {
  const value = readLine(line)
  const isEntry =
    typeof value?.seq === 'number' &&
    ['at', 'who', 'what', 'previous', 'hash'].every((name) => typeof value[name] === 'string')
  return isEntry ? (value as Entry) : undefined
}

/** The object of a line that is written canonically: one value has one spelling. */
export function readLine(line: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(line)
    return typeof value === 'object' && value !== null && canonical(value) === line ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether an entry is what its hash says. */
export function isWhole({ hash, ...content }: Entry): boolean {
  return sha256(canonical(content)) === hash
}

/** JSON with its keys in order and nothing between them, as RFC 8785 has it for words and whole numbers. */
export function canonical(value: Record<string, unknown>): string {
  const pairs = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
  return JSON.stringify(Object.fromEntries(pairs.map((key) => [key, value[key]])))
}

export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
