import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { misused, readCommandLine } from './commandLine.ts'
import { type CorpusEntry, languageOf, searchCorpus } from './faqCorpus.ts'
import { noLexis } from './lexis.ts'
import { loadContent } from './load.ts'
import { atOnce } from './search.ts'

// Ranks the questions of any FAQ: npm run faq:rank -- --faqs FAQS.json --queries Q.jsonl --out R.jsonl [--lang ja|en]
const best = 10
const usage = `npm run faq:rank -- --faqs FAQS.json --queries Q.jsonl --out R.jsonl [--lang ja|en]
Ranks the questions of any FAQ: writes the best ${best} entries for each question, a line of JSON each.`
const { values } = readCommandLine(usage, ['faqs', 'queries', 'out', 'lang'])
const { faqs, queries, out, lang } = values
if (!faqs || !queries || !out) misused('Say which files: --faqs, --queries and --out')

const entries: CorpusEntry[] = JSON.parse(readFileSync(faqs, 'utf8'))
const dir = import.meta.dirname
const { content } = loadContent({ dir, localesDir: join(dir, '..', 'locales'), bank: 'osaka-city' })
const lexis = { ...noLexis, ...content?.lexis, outside: {} }
const locale = lang ?? languageOf(entries)
const began = performance.now()
const search = atOnce(searchCorpus(entries, locale, lexis))
const built = performance.now()
const asked = readFileSync(queries, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as { qid: string; query: string })
const lines = asked.map(({ qid, query }) => JSON.stringify({ qid, results: search(query).slice(0, best) }))
writeFileSync(out, `${lines.join('\n')}\n`)
const each = (performance.now() - built) / (asked.length || 1)
console.log(
  `${asked.length} questions over ${entries.length} entries (${locale}): index ${Math.round(built - began)} ms, ${each.toFixed(2)} ms each`,
)
