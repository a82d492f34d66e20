import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readCommandLine } from '../content/index.ts'
import { auditPublicKey, type Verified, verifyAudit } from '../unlock/index.ts'
import { sandboxAuditKey } from '../unlock/sandbox/index.ts'
import { readConfig } from './config.ts'
import { openKeys } from './keys.ts'

const usage = `npm run audit:verify                 looks over the audit log, and the one of the practice bank beside it
npm run audit:verify -- --dir DIR    over the log in this folder alone (the practice bank's: data/sandbox)
npm run audit:verify -- --head HASH  also that an entry with this hash, noted earlier, is still there
npm run audit:verify -- --key FILE   with this key file instead of the one of LINK_KEY_FILE
Ends with 0 when everything is as it was written, with 1 when something was changed, taken out, put in, moved or cut off.`

const { values: chosen } = readCommandLine(usage, ['dir', 'key', 'head'])

/** A log, and what its heads are signed with. */
interface Place {
  dir: string
  key: KeyObject
}

try {
  await verify(places())
} catch (error) {
  fail((error as Error).message)
}

async function verify(all: Place[]): Promise<void> {
  const found = []
  for (const { dir, key } of all) found.push({ dir, ...(await verifyAudit(dir, key, chosen.head)) })
  for (const one of found) show(one)
  if (!found.some(({ hasExpected }) => hasExpected))
    fail(`No entry has the hash ${chosen.head} that you noted: the log was written anew`)
  if (found.some(({ findings }) => findings.length > 0)) fail('The log is not as it was written')
  if (process.exitCode !== undefined) return
  console.log('Nothing was changed, taken out, put in, moved or cut off.')
  console.log('Note this outside of this machine, and give it next time:')
  for (const { dir, hash } of found) console.log(`  ${join(dir, 'audit.log')}  --head ${hash}`)
}

function show(found: Verified & { dir: string }): void {
  const { dir, entries, heads, unsigned, mended } = found
  for (const { file, line, what } of found.findings) console.error(`${join(dir, file)}:${line}  ${what}`)
  console.log(
    `${join(dir, 'audit.log')}: ${entries} entries, ${heads} signed heads, ${unsigned} entries since the last head, ${mended} interrupted writes closed off`,
  )
}

/** Which logs to look over; throws when there is none. */
function places(): Place[] {
  const only = chosen.dir && !chosen.key ? sandboxAuditKey(chosen.dir) : undefined
  if (chosen.dir && only) return [withLog({ dir: chosen.dir, key: only })]
  const set = chosen.key ? { linkKeyFile: chosen.key, auditDir: dirname(chosen.key) } : readConfig()
  const keyFile = set.linkKeyFile
  const dir = chosen.dir ?? set.auditDir
  if (!existsSync(keyFile))
    throw new Error(`There is no ${keyFile}, whose key has signed the log; name it with --key`)
  const own = withLog({ dir, key: auditPublicKey(openKeys(keyFile)) })
  const practice = join(dirname(keyFile), 'sandbox')
  const key = chosen.dir ? undefined : sandboxAuditKey(practice)
  return key && hasLog(practice) ? [own, { dir: practice, key }] : [own]
}

function withLog(place: Place): Place {
  if (hasLog(place.dir)) return place
  throw new Error(`There is no audit.log in ${place.dir}; name its folder with --dir`)
}

function hasLog(dir: string): boolean {
  return existsSync(join(dir, 'audit.log')) || existsSync(join(dir, 'audit.heads'))
}

function fail(why: string): void {
  console.error(why)
  process.exitCode = 1
}
