import { join } from 'node:path'
import { openKeys } from '../../bot/keys.ts'
import { openAudit } from '../../unlock/index.ts'

// Writes one entry into an audit log for each message of its parent, and says whether it is written.
const [dir = ''] = process.argv.slice(2)
const audit = openAudit({ dir, keys: openKeys(join(dir, 'link.key')), clock: () => new Date() })
process.on('message', (order: 'write' | 'end') => {
  if (order === 'end') {
    audit.close()
    process.disconnect()
    return
  }
  try {
    audit.write({ who: 'bank', what: 'pin.unlocked', where: 'counter' })
    process.send?.('written')
  } catch {
    process.send?.('refused')
  }
})
process.send?.('ready')
