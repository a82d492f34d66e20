import { writeSync } from 'node:fs'
import { openDatabase } from '../../../unlock/sandbox/database.ts'
import { openKeys } from '../../../unlock/sandbox/keys.ts'
import { createSecrets } from '../../../unlock/sandbox/secrets.ts'

// Tries wrong PINs on a sandbox's folder until it is killed, and says of each when it is about to be verified.
const [dataDir = '', contract = ''] = process.argv.slice(2)
const db = openDatabase(dataDir)
const kept = String(
  db.prepare(`SELECT hash FROM secrets WHERE contract = ? AND kind = 'pin'`).get(contract)?.hash,
)
const secrets = createSecrets(db, openKeys(dataDir).pepper, async (_, nonce) => {
  if (kept.startsWith(nonce.toString('base64'))) writeSync(1, 'verified\n')
  await new Promise((resolve) => setTimeout(resolve, 5))
  return Buffer.alloc(32)
})
writeSync(1, 'ready\n')
for (;;) await secrets.check(contract, 'pin', '000000')
