import type { messagingApi } from '@line/bot-sdk'
import { isAtMost } from './lineText.ts'

type Fields = Record<string, unknown>

/** The most messages in one request. */
export const mostMessages = 5

/**
 * What LINE would refuse in a message, one sentence each; empty when nothing.
 * The limits: https://developers.line.biz/en/reference/messaging-api/#message-objects. LINE gives KB, read here as
 * 1,000 bytes.
 */
export function lineProblems(message: messagingApi.Message): string[] {
  const problems: string[] = []
  const check = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem)
  }
  if (message.type === 'text') {
    check(isBetween(message.text, 1, 5000), `a text has ${message.text?.length} units of 5,000`)
    check(message.text?.trim() !== '', 'a text is blank')
  } else if (message.type === 'flex') {
    check(isBetween(message.altText, 1, 1500), `an altText has ${message.altText?.length} units of 1,500`)
    const size = Buffer.byteLength(JSON.stringify(message.contents))
    const most = message.contents.type === 'carousel' ? 50_000 : 30_000
    check(size <= most, `a Flex message has ${size} bytes of ${most}`)
    walk(message.contents, check)
  } else check(false, `a message of type "${message.type}" is none of ours`)
  const { items = [] } = message.quickReply ?? {}
  check(items.length <= 13, `there are ${items.length} quick replies of 13`)
  check(!message.quickReply || items.length > 0, 'there is a quickReply without items')
  for (const { action } of items) {
    check(action !== undefined, 'a quick reply does nothing')
    if (action) checkAction(action as unknown as Fields, 20, check)
  }
  return problems
}

type Check = (holds: boolean, problem: string) => void

function walk(part: unknown, check: Check): void {
  if (Array.isArray(part)) {
    for (const inner of part) walk(inner, check)
    return
  }
  if (typeof part !== 'object' || part === null) return
  const fields = part as Fields
  if (fields.type === 'text') check(isBetween(fields.text, 1, 2000), 'a text component is empty or too long')
  if (fields.type === 'box') check(Array.isArray(fields.contents), 'a box has no contents')
  if (fields.type === 'button') check(typeof fields.action === 'object', 'a button does nothing')
  const { action, ...rest } = fields
  if (typeof action === 'object' && action !== null) checkAction(action as Fields, 40, check)
  for (const inner of Object.values(rest)) walk(inner, check)
}

function checkAction(action: Fields, mostLabel: number, check: Check): void {
  const { type, label, data, displayText, text, uri, altUri, clipboardText } = action
  const named = typeof label === 'string' && label !== '' && isAtMost(label, mostLabel)
  check(named, `a label is missing, or has more than ${mostLabel} characters`)
  if (type === 'postback') {
    check(isBetween(data, 1, 300), `a postback has ${String(data).length} units of 300`)
    const shown = displayText === undefined || (typeof displayText === 'string' && isAtMost(displayText, 300))
    check(shown && text === undefined, 'a displayText is too long, or stands beside a text')
  } else if (type === 'message') {
    check(
      typeof text === 'string' && text !== '' && isAtMost(text, 300),
      'a message action has no text to send',
    )
  } else if (type === 'clipboard') {
    check(isBetween(clipboardText, 1, 1000), 'there is nothing to copy, or too much')
  } else if (type === 'uri') {
    check(isAddress(uri), 'a link is longer than 1,000 units, or of a scheme that LINE does not take')
    const desktop = (altUri as Fields | undefined)?.desktop
    check(desktop === undefined || isAddress(desktop), 'a link for the PC cannot be used')
  } else check(false, `an action of type "${String(type)}" is none of ours`)
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most && value.isWellFormed()
}

function isAddress(value: unknown): boolean {
  return isBetween(value, 1, 1000) && /^(https?|line|tel):[\x21-\x7e]+$/.test(value as string)
}
