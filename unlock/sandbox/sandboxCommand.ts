import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { fail, readCommandLine } from './commandLine.ts'
import { type Form, forms as paperForms } from './contracts.ts'
import { type Counter, openCounter } from './counter.ts'
import { startSandbox } from './index.ts'

const usage = `npm run sandbox                                 the practised bank, until Ctrl+C
npm run sandbox -- contracts                    lists its contracts
npm run sandbox -- revoke --contract ID         revokes the administrator's certificate
npm run sandbox -- reissue --contract ID        issues a new one, for a year
npm run sandbox -- hand-in FORM --contract ID   FORM is ${paperForms.join(', ')}
npm run sandbox -- rotate                       makes a new key that signs webhooks, beside the ones before
All but the first may be used while it runs, also when \`npm start\` runs it.
Options: --data ./data/sandbox --port 3979 --host 127.0.0.1 --bank osaka-city --content ./content`

const { env } = process
const { values, words } = readCommandLine(usage, {
  port: env.SANDBOX_PORT || '3979',
  host: env.HOST || '127.0.0.1',
  data: './data/sandbox',
  content: env.CONTENT_DIR || './content',
  bank: env.BANK || 'osaka-city',
  contract: '',
})
const { port = '', host = '', data = '', contract = '' } = values
if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
  fail(`--port is "${port}"; it must be a number from 0 (any free port) to 65535`)

const { forms, ...bank } = readProfile(join(values.content ?? '', 'banks', `${values.bank}.yaml`))
const clock = () => new Date()

/** What is done at the counter; the exit code. */
const deeds: Record<string, (counter: Counter, form: string | undefined) => number | Promise<number>> = {
  contracts(counter) {
    for (const { id, name, troubles } of counter.list())
      console.log(`${id}  ${name}  ${troubles.join(', ') || 'healthy'}`)
    return 0
  },
  revoke: (counter) => told(counter.revoke(contract) > 0),
  reissue: async (counter) => told(await counter.handIn('certificateReissue', contract)),
  'hand-in': async (counter, form) => {
    const isForm = (text: string | undefined): text is Form => paperForms.some((one) => one === text)
    if (isForm(form)) return told(await counter.handIn(form, contract))
    return fail(`"${form ?? ''}" is no form; it is one of ${paperForms.join(', ')}`)
  },
  rotate(counter) {
    const keys = counter.rotate()
    console.log(`Webhooks are signed with ${keys.length} keys from now on, the newest first.`)
    console.log('A bot that `npm start` runs with the sandbox knows them; another one needs:')
    console.log(`  UNLOCK_API_KEYS=${keys.join(',')}`)
    return 0
  },
}

try {
  process.exitCode = words.length === 0 ? await run() : await atCounter(words)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  console.error(code === 'EADDRINUSE' ? `Port ${port} is in use; choose another one with --port` : message)
  process.exit(1)
}

async function run(): Promise<number> {
  const sandbox = await startSandbox({
    port: Number(port),
    host,
    dataDir: data,
    ...(port !== '0' && { publicUrl: `https://localhost:${port}` }),
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
  console.log(`  UNLOCK_API_KEYS=${sandbox.publicKeys().join(',')}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close().then(() => process.exit(0)))
  }
  return 0
}

/** Does one thing at the bank's counter, also while the sandbox runs; the exit code. */
async function atCounter([deed = '', form, ...more]: string[]): Promise<number> {
  const work = Object.hasOwn(deeds, deed) ? deeds[deed] : undefined
  if (!work) fail(`"${deed}" is nothing that the sandbox does; see --help`)
  if (more.length > 0 || (form && deed !== 'hand-in'))
    fail(`"${more[0] ?? form}" is one word too many; see --help`)
  const counter = await openCounter({ dataDir: data, code: bank.code, clock })
  try {
    return await work(counter, form)
  } finally {
    counter.close()
  }
}

function told(isDone: boolean): number {
  if (isDone) console.log('Done.')
  else
    console.error(`There is no contract "${contract}" for this; see them all: npm run sandbox -- contracts`)
  return isDone ? 0 : 1
}

/** A bank profile is data that this command reads like any other file: unlock/ imports nothing of content/. */
function readProfile(file: string) {
  if (!existsSync(file)) fail(`There is no bank profile ${file}; name it with --bank and --content`)
  const profile = z.object({
    name: z.string(),
    service: z.string(),
    code: z.string(),
    forms: z.object({ cardReissue: z.string(), pinUnlock: z.string(), certificateReissue: z.string() }),
  })
  return profile.parse(parse(readFileSync(file, 'utf8')))
}
