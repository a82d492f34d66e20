import { pino } from 'pino'

const names = [
  'event',
  'id',
  'channel',
  'conversation',
  'flow',
  'step',
  'outcome',
  'faq',
  'ms',
  'status',
  'route',
  'method',
  'code',
  'count',
  'attempt',
  'version',
  'port',
  'url',
  'file',
  'line',
  'column',
  'rule',
  'bank',
] as const

/** What a log line may say: ids, names and figures, never what somebody wrote. */
export type Fields = Partial<Record<(typeof names)[number], string | number | boolean>> & { err?: unknown }

/** One line of fields each; a field that is not on the list is left out, even when the types were cheated. */
export interface Logger {
  debug(fields: Fields): void
  info(fields: Fields): void
  warn(fields: Fields): void
  error(fields: Fields): void
}

/** Where the lines go; the standard output unless a test listens. */
export interface Destination {
  write(line: string): void
}

/** Writes JSON lines of the level and above (pino's levels, or `silent`). */
export function createLog(level: string, destination?: Destination): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own treatment of errors would write message and stack once more, unscrubbed.
    errorKey: 'exception',
    serializers: { err: (told: unknown) => told },
  }
  const lines = destination ? pino(options, destination) : pino(options)
  return {
    debug: (fields) => lines.isLevelEnabled('debug') && lines.debug(allowed(fields)),
    info: (fields) => lines.isLevelEnabled('info') && lines.info(allowed(fields)),
    warn: (fields) => lines.isLevelEnabled('warn') && lines.warn(allowed(fields)),
    error: (fields) => lines.isLevelEnabled('error') && lines.error(allowed(fields)),
  }
}

function allowed(fields: Fields): Record<string, unknown> {
  const line: Record<string, unknown> = {}
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string') line[name] = value.slice(0, 200)
    else if (typeof value === 'number' || typeof value === 'boolean') line[name] = value
  }
  if (fields.err !== undefined) line.err = told(fields.err)
  return line
}

/** Errors of other people's code quote what they were given, so only what cannot be a customer's words is kept. */
function told(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error }
  const { code } = error as NodeJS.ErrnoException
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: scrubbed(error.message),
    at: (error.stack ?? '')
      .split('\n')
      .filter((frame) => /^\s+at /.test(frame))
      .slice(0, 8)
      .map((frame) => frame.trim()),
    ...(error.cause === undefined ? {} : { cause: told(error.cause) }),
  }
}

/** Leaves the sentence's own words: no quotations, no numbers, nothing but ASCII. */
function scrubbed(message: string): string {
  return message
    .slice(0, 400)
    .replace(/"[^"]*"?|'[^']*'|`[^`]*`/g, '"…"')
    .replace(/[^\x20-\x7e…]+/g, '…')
    .replace(/\d+/g, '#')
}
