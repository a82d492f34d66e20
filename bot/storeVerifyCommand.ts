import { readCommandLine } from '../content/index.ts'
import { readConfig } from './config.ts'
import { verifyStore } from './store/verify.ts'

const usage = `npm run store:verify                            looks over the store of STORAGE_URL
npm run store:verify -- --storage postgres://…   over this one: a backup that was restored, or a copy
Reads everything as it stood at one moment, and changes nothing; bots may go on.
Ends with 0 when every log is whole and nothing is there twice, with 1 and a line for each finding when not.`

const { values } = readCommandLine(usage, ['storage'])

try {
  const found = await verifyStore(values.storage ?? readConfig().storageUrl)
  for (const finding of found.findings) console.error(finding)
  console.log(
    `${found.conversations} conversations with ${found.activities} activities; ${found.waiting} events wait for their turn, ${found.unsent} messages to be sent`,
  )
  if (found.findings.length === 0) console.log('Every log is whole, and nothing is there twice.')
  else process.exitCode = 1
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
