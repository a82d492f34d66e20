import type { CST, Document, Node, Pair } from 'yaml'
import { Composer, isAlias, isNode, isPair, Lexer, LineCounter, Parser, visit, YAMLParseError } from 'yaml'
import type { Place } from './finding.ts'
import type { Report } from './report.ts'

/** A writer's file that could be read: its YAML, and where each part of it stands. */
export interface Source {
  file: string
  /** Null when the file is empty. */
  root: Node | null
  at(node: Node | Pair | null | undefined): Place
}

/** A longer file is not even read. */
export const mostBytes = 1024 * 1024
/** A flow needs about a dozen; at many thousands the parser itself gives up, after seconds. */
const mostDepth = 40

/** Reads one file; reports everything YAML itself has to say about it. Undefined when nothing can be made of it. */
export function readSource(file: string, bytes: Uint8Array, report: Report): Source | undefined {
  const top = { file, line: 1, column: 1 }
  if (bytes.length > mostBytes) return refuseBig(file, bytes.length, report)
  const text = decode(bytes)
  if (text === undefined) return refuse('not-utf8', top)

  const lines = countLines(text)
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const tokens = tokensOf(text)
  if (typeof tokens === 'number') return refuse('too-deep', placeAt(tokens), { most: mostDepth })

  const document = documentOf(tokens, text.length)
  for (const error of document.errors) {
    const rule = rules.get(error.code) ?? 'yaml-syntax'
    report.add(rule, placeAt(error.pos[0]), { detail: error.message, name: wordAt(text, error.pos[0]) })
    // One slip of the pen makes YAML stumble many times over; only the first is the writer's.
    if (rule !== 'duplicate-key') return undefined
  }
  const at = (node: Node | Pair | null | undefined) => placeAt(startOf(node))
  for (const warning of document.warnings)
    report.add('yaml-tag', placeAt(warning.pos[0]), { detail: warning.message })
  const root = document.contents as Node | null
  return isFreeOfAliases(root, text, placeAt, report) ? { file, root, at } : undefined

  function refuse(rule: string, place: Place, values = {}): undefined {
    report.add(rule, place, values)
  }
}

/** Reports a file that is too long, by its length in bytes. */
export function refuseBig(file: string, bytes: number, report: Report): undefined {
  report.add('too-big', { file, line: 1, column: 1 }, { bytes, most: mostBytes })
}

/** YAML's own errors that deserve better words. */
const rules = new Map<string, string>([
  ['DUPLICATE_KEY', 'duplicate-key'],
  ['BLOCK_AS_IMPLICIT_KEY', 'yaml-colon'],
  ['MULTILINE_IMPLICIT_KEY', 'yaml-colon'],
  ['TAB_AS_INDENT', 'yaml-tab'],
  ['BAD_INDENT', 'yaml-indent'],
  ['MISSING_CHAR', 'yaml-unclosed'],
])

/** Undefined when the bytes are not UTF-8, e.g. saved as Shift_JIS. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1)
  return lines
}

/** What YAML's parser makes of it, or the offset where the nesting becomes too deep for all that is recursive. */
function tokensOf(text: string): CST.Token[] | number {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length > mostDepth) return parser.offset
  }
  return [...tokens, ...parser.end()]
}

/** The first document; that there is another one is an error of it. */
function documentOf(tokens: readonly CST.Token[], length: number): Document.Parsed {
  const all = new Composer({ prettyErrors: false }).compose(tokens, true, length)
  const [first, second] = [...all] as [Document.Parsed, Document.Parsed?]
  if (second) {
    const [from, to] = second.range
    first.errors.push(
      new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'There are several documents in one file'),
    )
  }
  return first
}

function startOf(node: Node | Pair | null | undefined): number {
  if (isPair(node)) return startOf(isNode(node.key) ? node.key : undefined)
  return node?.range?.[0] ?? 0
}

function wordAt(text: string, offset: number): string {
  return /^[^\s:]*/.exec(text.slice(offset, offset + 80))?.[0] ?? ''
}

const mostAliases = 20

function isFreeOfAliases(
  root: Node | null,
  text: string,
  placeAt: (offset: number) => Place,
  report: Report,
): boolean {
  if (!/[&*]/.test(text)) return true
  let found = 0
  visit(root, {
    Node(_, node) {
      const mark = isAlias(node) ? `*${node.source}` : `&${node.anchor}`
      if (!isAlias(node) && !node.anchor) return
      const place = placeAt(Math.max(0, text.lastIndexOf(mark, startOf(node))))
      report.add(isAlias(node) ? 'alias' : 'anchor', place, { name: mark.slice(1) })
      // A writer who has seen so many knows of the others; a file made of them must not fill the log.
      if (++found === mostAliases) return visit.BREAK
    },
  })
  return found === 0
}
