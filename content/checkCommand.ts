import { join } from 'node:path'
import { misused, readCommandLine } from './commandLine.ts'
import { loadContent } from './load.ts'
import type { Lang } from './report.ts'

const usage = `npm run check:content                 shows every mistake in the content at once, with its line and its mend
npm run check:content -- --lang en    in English (ja or en; as LANG says when it is left out)
CONTENT_DIR and BANK say which content and which bank profile. Ends with 1 when there is a mistake.`
const dir = process.env.CONTENT_DIR || import.meta.dirname
const { values } = readCommandLine(usage, ['lang'])
if (values.lang && !/^(ja|en)$/.test(values.lang)) misused(`--lang is "${values.lang}"; it is ja or en`)
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
