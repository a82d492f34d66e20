import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { startSandbox } from './index.ts'

// `npm run sandbox`: the practised bank alone, until Ctrl+C.
const { env } = process
const { values: chosen } = parseArgs({
  options: {
    port: { type: 'string', default: env.SANDBOX_PORT ?? '3979' },
    host: { type: 'string', default: env.HOST ?? '127.0.0.1' },
    data: { type: 'string', default: './data/sandbox' },
    content: { type: 'string', default: env.CONTENT_DIR ?? './content' },
    bank: { type: 'string', default: env.BANK ?? 'osaka-city' },
  },
})

// A bank profile is data that this command reads like any other file: unlock/ imports nothing of content/.
const profile = z.object({
  name: z.string(),
  service: z.string(),
  code: z.string(),
  forms: z.object({ cardReissue: z.string(), pinUnlock: z.string(), certificateReissue: z.string() }),
})
const { forms, ...bank } = profile.parse(
  parse(readFileSync(join(chosen.content, 'banks', `${chosen.bank}.yaml`), 'utf8')),
)
const sandbox = await startSandbox({
  port: Number(chosen.port),
  host: chosen.host,
  dataDir: chosen.data,
  bank,
  forms,
  clock: () => new Date(),
  onError: (error) => console.error(error),
})

console.log(`The unlock sandbox plays ${bank.service}. Open ${sandbox.publicUrl}/ for what to enter.`)
console.log('For a bot of another process:')
console.log(`  UNLOCK_API_URL=${sandbox.url}`)
console.log(`  UNLOCK_API_TOKEN=${sandbox.token}`)
console.log(`  UNLOCK_API_KEYS=${sandbox.publicKey}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)))
}
