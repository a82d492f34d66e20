import type { Outcome } from '../support/hostile.ts'
import { type BadRequest, canary } from './badRequest.ts'
import type { Watched } from './watched.ts'

/** What an error of ours must never say: where and of what it is made. */
const insides: [string, RegExp][] = [
  ['a stack', /\bat .{1,200}\.[cm]?[jt]s:\d+/],
  ['a folder of ours', /node_modules|file:\/\/|\/(?:root|home|tmp|work|usr|var)\//],
  [
    'an error of Node or a library',
    /\b(?:Syntax|Type|Range|Reference|Zod|Sqlite|Assertion)Error\b|\bERR_|\bE(?:CONN|NOENT)/,
  ],
  [
    'a parser’s words',
    /Unexpected token|in JSON at|SQLITE|invalid_type|is not a function|of undefined|of null/,
  ],
]

/** What the answer should not tell; empty when it is discreet. */
export function leaks(
  request: BadRequest,
  { status = 0, headers, raw, body }: Outcome,
  kaijo: Watched,
): string[] {
  const found: string[] = []
  if (headers.has('server') || headers.has('x-powered-by')) found.push('what serves it')
  if (raw.includes(kaijo.secret)) found.push('the secret')
  if (raw.includes(kaijo.dir)) found.push('the data folder')
  // Pages and scripts speak of types and files themselves; errors have no reason to.
  if (status >= 400) for (const [what, sign] of insides) if (sign.test(raw)) found.push(what)
  // A conversation's own log is read back by whoever holds its token, and at the desk; all else is not the sender's to hear.
  const isOwnWords = status < 300 && /\/v3\/directline\/|^\/desk\//.test(request.target)
  if (!isOwnWords && (raw.includes(canary) || body.includes(canary))) found.push('what was sent')
  return found
}
