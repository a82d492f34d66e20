import { asksSecret } from '../../content/index.ts'
import { locales } from '../../locales/index.ts'
import { HttpError } from '../route.ts'
import { maskSecrets } from '../secrets.ts'

/**
 * What an agent may not send to a customer. Throws HttpError 422: `Unfilled` when a place in double braces is still to
 * be filled in, `Secret` when it looks like a PIN, a password or a card number, `AsksSecret` when it asks for one.
 * @param approved sentences that writers have written and that the content check has passed
 */
export function checkDraft(
  text: string,
  { allowedDigits, approved = [] }: { allowedDigits: readonly string[]; approved?: readonly string[] },
): void {
  if (/\{\{[^{}]*\}\}/.test(text))
    throw new HttpError(422, 'Unfilled', 'There is something to fill in before this can be sent')
  const own = approved.filter(Boolean).reduce((rest, one) => rest.replaceAll(one, '\n'), text)
  if (maskSecrets(own, allowedDigits).found)
    throw new HttpError(422, 'Secret', 'This looks as if a PIN, a password or a card number were in it')
  // An agent may write in any language, whatever the customer speaks.
  if (locales.some((locale) => asks(own, locale)))
    throw new HttpError(422, 'AsksSecret', 'Nobody may be asked for a PIN or a password in a chat')
}

function asks(text: string, locale: (typeof locales)[number]): boolean {
  return asksSecret({ text, locale, field: 'canned' }) !== undefined
}
