import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * What Microsoft itself has against an Adaptive Card, by the two packages it publishes, since its JSON schema is in none.
 * Each sees what the other does not: the types know every property there is, but also those of versions after 1.5; the
 * parser knows the version of each, but lets unknown properties and words of a wrong kind pass.
 */
const { resolve } = createRequire(import.meta.url)
const { AdaptiveCard, CardElement, SerializationContext, Versions } = createRequire(import.meta.url)(
  // The bundle: the modules beside it import each other in a way that only bundlers understand.
  'adaptivecards/dist/adaptivecards.min.js',
) as typeof import('adaptivecards')

/** What the parser of Microsoft's own renderer says when it reads the card as one of version 1.5; nothing, when it is one. */
export function parserFindings(content: object): string[] {
  const card = new AdaptiveCard()
  // The parser of this property remembers where it stopped, and would refuse every second card.
  if (CardElement.langProperty.regEx) CardElement.langProperty.regEx.lastIndex = 0
  const context = new SerializationContext(Versions.v1_5)
  card.parse(content, context)
  const read = Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i).message)
  return [...read, ...card.validateProperties().validationEvents.map(({ message }) => message)]
}

/**
 * What the compiler says of the cards as values of Microsoft's type of a card that Teams takes: a property that the type
 * does not know, a value it does not allow, one that is missing. Each finding ends with its card.
 */
export async function typeFindings(cards: object[]): Promise<string[]> {
  if (cards.length === 0) return []
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-cards-'))
  const head = `import type { IAdaptiveCard } from ${JSON.stringify(resolve('@microsoft/teams.cards'))}`
  const lines = cards.map((card, i) => `export const card${i}: IAdaptiveCard = ${JSON.stringify(card)}`)
  writeFileSync(join(dir, 'cards.ts'), [head, ...lines].join('\n'))
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  const said = await compiled(dir)
  rmSync(dir, { recursive: true })
  return said.map((words) => {
    const line = Number(/cards\.ts\((\d+),/.exec(words)?.[1] ?? 0)
    return `${words.slice(words.indexOf('error TS'))}\n${JSON.stringify(cards[line - 2])}`
  })
}

/** Two cards of one shape differ only in words, and in what a press sends back. */
export function shapeOf(card: object): string {
  return JSON.stringify(card, (key, value) => (typeof value === 'string' && words.has(key) ? '' : value))
}

const words = new Set('text title value url fallbackText displayText run step choice do faq card'.split(' '))

const compilerOptions = { noEmit: true, strict: true, skipLibCheck: true, module: 'nodenext', types: [] }

/** The errors that the compiler finds in a folder, a line or more each. */
async function compiled(dir: string): Promise<string[]> {
  const tsc = join(dirname(resolve('typescript/package.json')), 'bin', 'tsc')
  const args = [tsc, '--pretty', 'false', '-p', dir]
  const [failed, said] = await new Promise<[boolean, string]>((done) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (err, out, problem) =>
      done([err !== null, out + problem]),
    )
  })
  const found = said.split(/\n(?=\S)/).filter((line) => line.includes('cards.ts('))
  if (failed && found.length === 0) throw new Error(`The compiler did not run: ${said}`)
  return found
}
