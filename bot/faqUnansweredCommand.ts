import { misused, readCommandLine } from '../content/index.ts'
import { createWords } from '../locales/index.ts'
import { readConfig } from './config.ts'
import { firstContent, localesBeside } from './contentPlace.ts'
import { openStore } from './store/open.ts'
import { groupsOf, propose } from './unanswered.ts'

const usage = `npm run faq:unanswered                shows questions without an answer that helped, and a line of YAML for each group
npm run faq:unanswered -- --most 20   so many groups, the most frequent first`
const { values } = readCommandLine(usage, ['most'])
const { most = '20' } = values
if (!/^[1-9]\d{0,5}$/.test(most)) misused(`--most is "${most}"; it is a whole number from 1`)
const config = readConfig()
const { contentDir, bank } = config
const localesDir = localesBeside(contentDir)
const content = firstContent({ contentDir, localesDir, bank })
const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank })
const sentence = (locale: string, key: string) => words.t(locale as 'ja' | 'en', key)
const store = await openStore(config.storageUrl)
const unanswered = await store.unanswered()
await store.close()

const groups = groupsOf(unanswered, content.lexis.readings)
console.log(`${unanswered.length} questions in ${groups.length} groups, of the last 90 days`)
for (const group of groups.slice(0, Number(most))) {
  console.log(`\n${group.times} × (${group.locale})`)
  for (const { question, times } of group.questions) console.log(`  ${times} × ${question}`)
  const { entry, or, phrase, captures, breaks } = propose(group, groups, {
    content,
    locales: words.locales,
    sentence,
  })
  if (!entry) {
    console.log('  No entry comes near: a new one, or a line under "outside" in content/synonyms.yaml')
    continue
  }
  const file = group.locale === 'en' ? 'locales/en/faq.yaml' : 'content/faq'
  console.log(`  ${file}, "${entry}", under phrases:\n    - ${JSON.stringify(phrase)}`)
  if (or.length > 0) console.log(`  or under ${or.join(' or ')}`)
  for (const other of captures) console.log(`  would also answer: ${other}`)
  for (const other of breaks) console.log(`  would break: ${other.phrase} (${other.entry})`)
}
