import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** What a command of the sandbox was called with. */
export interface CommandLine {
  /** Each option with its value, or its default. */
  values: Record<string, string>
  words: string[]
}

/** Reads the command line; asked for help it prints the usage and ends with 0, a mistake is one sentence and ends with 2. */
export function readCommandLine(usage: string, defaults: Record<string, string>): CommandLine {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } }
  for (const [name, value] of Object.entries(defaults)) options[name] = { type: 'string', default: value }
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    if (!values.help) return { values: values as Record<string, string>, words: positionals }
  } catch (error) {
    fail(`${firstSentence(error)}; see --help`)
  }
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}

/** Ends a command that was called wrongly. */
export function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}

function firstSentence(error: unknown): string {
  return (error as Error).message.split(/\.\s|\n/)[0] ?? ''
}
