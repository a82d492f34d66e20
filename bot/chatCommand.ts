import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCommandLine } from '../content/index.ts'
import { consoleChannel } from './channels/console.ts'
import { readConfig } from './config.ts'
import { freePort } from './freePort.ts'
import { createLog } from './log.ts'
import { loadSdkLean } from './sdk.ts'

const usage = `npm run chat          the bot in a terminal, with a bank of its own to practise on; nothing is kept
npm run chat -- en    in English
Write what a customer would write; a number chooses an answer. Ctrl+D ends it.`

/** `npm run chat [-- en]`: the bot in a terminal, with a bank of its own to practise on; nothing is kept. */
async function main(): Promise<void> {
  const { words } = readCommandLine(usage, [], ['en', 'ja'])
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-chat-'))
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const config = readConfig({
    BANK: process.env.BANK,
    CONTENT_DIR: process.env.CONTENT_DIR,
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    STORAGE_URL: `sqlite:${join(dir, 'kaijo.db')}`,
    LINK_KEY_FILE: join(dir, 'link.key'),
  })
  loadSdkLean()
  const { startKaijo } = await import('./start.ts')
  const kaijo = await startKaijo(config, createLog(process.env.LOG_LEVEL ?? 'silent'))
  const locale = words.includes('en') ? 'en' : 'ja'
  const { stdin: input, stdout: output } = process
  await consoleChannel({ turns: kaijo.turns, store: kaijo.store, input, output, locale })
  await kaijo.close()
  rmSync(dir, { recursive: true })
}

await main()
