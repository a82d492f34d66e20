import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Form, forms as paperForms } from './contracts.ts'
import { openCounter } from './counter.ts'
import { startSandbox } from './index.ts'

const usage = `npm run sandbox                                 the practised bank, until Ctrl+C
npm run sandbox -- contracts                    lists its contracts
npm run sandbox -- revoke --contract ID         revokes the administrator's certificate
npm run sandbox -- reissue --contract ID        issues a new one, for a year
npm run sandbox -- hand-in FORM --contract ID   FORM is ${paperForms.join(', ')}
Options: --data ./data/sandbox --port 3979 --host 127.0.0.1 --bank osaka-city --content ./content`

const { env } = process
const { values: chosen, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: env.SANDBOX_PORT ?? '3979' },
    host: { type: 'string', default: env.HOST ?? '127.0.0.1' },
    data: { type: 'string', default: './data/sandbox' },
    content: { type: 'string', default: env.CONTENT_DIR ?? './content' },
    bank: { type: 'string', default: env.BANK ?? 'osaka-city' },
    contract: { type: 'string', default: '' },
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
const clock = () => new Date()

const [deed, form] = positionals
if (deed === undefined) await run()
else process.exitCode = await atCounter(deed, deed === 'reissue' ? 'certificateReissue' : form)

async function run(): Promise<void> {
  const sandbox = await startSandbox({
    port: Number(chosen.port),
    host: chosen.host,
    dataDir: chosen.data,
    ...(chosen.port !== '0' && { publicUrl: `https://localhost:${chosen.port}` }),
    bank,
    forms,
    clock,
    onError: (error) => console.error(error),
  })
  console.log(`The unlock sandbox plays ${bank.service}. Open ${sandbox.publicUrl}/`)
  console.log(
    'Its first page has a certificate (.p12) to import, and the IDs, PINs and passwords to log on with.',
  )
  console.log(
    `Its certificate is of an authority of its own: trust ${sandbox.authorityFile}, or pass the browser's warning.`,
  )
  console.log('For a bot of another process:')
  console.log(`  NODE_EXTRA_CA_CERTS=${sandbox.authorityFile}`)
  console.log(`  UNLOCK_API_URL=${sandbox.publicUrl}`)
  console.log(`  UNLOCK_API_TOKEN=${sandbox.token}`)
  console.log(`  UNLOCK_API_KEYS=${sandbox.publicKey}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close().then(() => process.exit(0)))
  }
}

/** Does one thing at the bank's counter, also while the sandbox runs; the exit code. */
async function atCounter(what: string, paper: string | undefined): Promise<number> {
  const { contract } = chosen
  const isForm = (text: string | undefined): text is Form => paperForms.some((one) => one === text)
  const counter = await openCounter({ dataDir: chosen.data, code: bank.code, clock })
  try {
    if (what === 'contracts') {
      for (const { id, name, troubles } of counter.list())
        console.log(`${id}  ${name}  ${troubles.join(', ') || 'healthy'}`)
      return 0
    }
    if (what === 'revoke') return told(counter.revoke(contract) > 0)
    if ((what === 'reissue' || what === 'hand-in') && isForm(paper))
      return told(await counter.handIn(paper, contract))
    console.error(usage)
    return 64
  } finally {
    counter.close()
  }
}

function told(isDone: boolean): number {
  if (isDone) console.log('Done.')
  else
    console.error(
      `There is no contract "${chosen.contract}" for this; see them all: npm run sandbox -- contracts`,
    )
  return isDone ? 0 : 1
}
