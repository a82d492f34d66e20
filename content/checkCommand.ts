import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadContent } from './load.ts'
import type { Lang } from './report.ts'

// Shows a writer every mistake in the content at once: npm run check:content [-- --lang ja|en]
const dir = process.env.CONTENT_DIR || import.meta.dirname
const { values } = parseArgs({ options: { lang: { type: 'string' } } })
const wanted = values.lang ?? process.env.LC_ALL ?? process.env.LANG ?? ''
const lang: Lang = wanted.startsWith('en') ? 'en' : 'ja'

const { findings } = loadContent({
  dir,
  localesDir: join(dir, '..', 'locales'),
  bank: process.env.BANK || 'osaka-city',
  lang,
})
for (const { file, line, column, what, mend } of findings) {
  console.log(`${file}:${line}:${column}  ${what}  → ${mend}`)
}
process.exitCode = findings.length > 0 ? 1 : 0
