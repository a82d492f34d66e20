import { styleText } from 'node:util'
import { readCommandLine } from '../content/index.ts'
import { openLineApi } from './channels/lineApi.ts'
import { type LineFinding, lineFindings } from './channels/lineSetup.ts'
import { ConfigError, readConfig } from './config.ts'

const usage = `npm run line:setup    says what to set in LINE's consoles, and checks token and webhook
Its settings are LINE_CHANNEL_SECRET, LINE_CHANNEL_ACCESS_TOKEN and PUBLIC_URL. Ends with 1 when something is wrong.`

/** `npm run line:setup`: says what to set in LINE's consoles, and checks what can be checked. Ends with 1 when something is wrong. */
async function main(): Promise<void> {
  readCommandLine(usage)
  const config = readConfig()
  if (!config.line)
    throw new ConfigError([
      'LINE_CHANNEL_SECRET and LINE_CHANNEL_ACCESS_TOKEN are not set; see docs/connect-line.en.md',
    ])
  const webhook = `${config.publicUrl}/line/webhook`
  console.log(instructions(webhook))
  const api = openLineApi({ ...config.line, secret: config.line.secrets[0] as string })
  const findings = await lineFindings(api, webhook, config.line.basicId)
  await api.close()
  for (const finding of findings) console.log(shown(finding))
  if (findings.some(({ state }) => state === 'wrong')) process.exitCode = 1
}

function instructions(webhook: string): string {
  return `Set this in LINE's consoles:
  LINE Developers Console, Messaging API tab
    Webhook URL          ${webhook}
    Use webhook          on
    Webhook redelivery   on   (Kaijo applies each event once)
    Allow bot to join group chats   off
  LINE Official Account Manager, Response settings
    Webhook              on
    Greeting message     off  (Kaijo greets)
    Auto-response        off  (it would answer beside Kaijo)

Checked just now:`
}

function shown({ state, what, mend }: LineFinding): string {
  const colour = state === 'good' ? 'green' : state === 'wrong' ? 'red' : 'yellow'
  return `  ${styleText(colour, state.padEnd(7))}${what}${mend ? `\n         ${mend}` : ''}`
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
})
