import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type CorpusEntry, languageOf, searchCorpus } from './faqCorpus.ts'
import { noLexis } from './lexis.ts'
import { loadContent } from './load.ts'
import { atOnce } from './search.ts'

// Ranks the questions of any FAQ: npm run faq:rank -- --faqs FAQS.json --queries Q.jsonl --out R.jsonl [--lang ja|en]
const best = 10
const { values } = parseArgs({
  options: {
    faqs: { type: 'string' },
    queries: { type: 'string' },
    out: { type: 'string' },
    lang: { type: 'string' },
  },
})
const { faqs, queries, out, lang } = values
if (!faqs || !queries || !out) {
  console.error('Say which files: npm run faq:rank -- --faqs FAQS.json --queries Q.jsonl --out R.jsonl')
  process.exit(2)
}

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
