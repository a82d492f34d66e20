import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/**
 * Reads what a command was called with: the values of its options, and those of its `words` and `flags` that were there.
 * Asked for help it prints the usage and ends with 0; a mistake is one sentence and ends with 2.
 */
export function readCommandLine<Name extends string>(
  usage: string,
  names: readonly Name[] = [],
  words: readonly string[] = [],
  flags: readonly string[] = [],
): { values: { [name in Name]?: string }; words: string[]; flags: Set<string> } {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } }
  for (const name of names) options[name] = { type: 'string' }
  for (const flag of flags) options[flag] = { type: 'boolean' }
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const odd = positionals.find((word) => !words.includes(word))
    if (odd !== undefined) misused(`"${odd}" is nothing that this command understands`)
    const raised = new Set(flags.filter((flag) => values[flag]))
    if (!values.help)
      return { values: values as { [name in Name]?: string }, words: positionals, flags: raised }
  } catch (error) {
    misused((error as Error).message.split(/\.\s|\n/)[0] ?? '')
  }
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}

/** Ends a command that was called wrongly: says so in one sentence, and with 2. */
export function misused(sentence: string): never {
  process.stderr.write(`${sentence}; see --help\n`)
  process.exit(2)
}
