import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether one of the channel's secrets has signed these bytes; two count while a secret is being changed.
 * https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
 */
export function isSignedByLine(body: Buffer, signature: unknown, secrets: readonly string[]): boolean {
  if (typeof signature !== 'string') return false
  const given = Buffer.from(signature)
  return secrets.some((secret) => {
    const right = Buffer.from(createHmac('sha256', secret).update(body).digest('base64'))
    return given.length === right.length && timingSafeEqual(given, right)
  })
}
