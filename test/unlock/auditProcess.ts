import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { openKeys } from '../../bot/keys.ts'
import { openAudit } from '../../unlock/index.ts'

// Writes entries into an audit log, some hundred in a second, until it is ended.
const [dir = ''] = process.argv.slice(2)
const audit = openAudit({ dir, keys: openKeys(join(dir, 'link.key')), clock: () => new Date() })
let isOver = false
process.once('SIGTERM', () => {
  isOver = true
})
writeSync(1, 'ready\n')
while (!isOver) {
  audit.write({ who: 'bank', what: 'pin.unlocked', where: 'counter' })
  await new Promise((resolve) => setTimeout(resolve, 2))
}
audit.close()
