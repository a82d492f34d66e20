import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { auditPublicKey } from './auditHead.ts'
import { verifyAudit } from './auditVerify.ts'
import { readConfig } from './config.ts'
import { openKeys } from './keys.ts'

// `npm run audit:verify`: looks over the whole audit log; ends with 1 when something in it is not as it was written.
const { values: chosen } = parseArgs({
  options: { dir: { type: 'string' }, key: { type: 'string' }, head: { type: 'string' } },
})
const keyFile = chosen.key ?? readConfig().linkKeyFile
const dir = chosen.dir ?? dirname(keyFile)

if (!existsSync(keyFile)) {
  fail(`There is no ${keyFile}, whose key has signed the log; name it with --key`)
} else if (!existsSync(join(dir, 'audit.log')) && !existsSync(join(dir, 'audit.heads'))) {
  fail(`There is no audit.log in ${dir}; name its folder with --dir`)
} else {
  const found = await verifyAudit(dir, auditPublicKey(openKeys(keyFile)), chosen.head)
  for (const { file, line, what } of found.findings) console.error(`${join(dir, file)}:${line}  ${what}`)
  console.log(
    `${found.entries} entries, ${found.heads} signed heads, ${found.unsigned} entries since the last head, ${found.mended} interrupted writes closed off`,
  )
  if (!found.hasExpected)
    fail(`No entry has the hash ${chosen.head} that you noted: the log was written anew`)
  if (found.findings.length > 0) fail('The log is not as it was written')
  if (process.exitCode === undefined) {
    console.log('Nothing was changed, taken out, put in, moved or cut off.')
    console.log(`Note this outside of this machine, and give it next time:  --head ${found.hash}`)
  }
}

function fail(why: string): void {
  console.error(why)
  process.exitCode = 1
}
