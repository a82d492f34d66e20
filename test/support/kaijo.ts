import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../bot/config.ts'
import { openKeys } from '../../bot/keys.ts'
import { createLog } from '../../bot/log.ts'
import { type Kaijo, startKaijo } from '../../bot/start.ts'
import { auditPublicKey, verifyAudit } from '../../unlock/index.ts'
import { testSettings } from './testSettings.ts'

/** The whole of Kaijo, as `npm start` starts it, on ports and in a folder of its own. */
export interface Running extends Kaijo {
  dir: string
  secret: string
  /** Lines of the log so far. */
  lines: string[]
  /** A token for a new conversation, as a bank's own server would fetch it for its page. */
  token(): Promise<string>
  /** Stops it, looks over its audit log, and deletes its folder. */
  end(): Promise<void>
}

/** Whatever a test has done: nobody has changed what is written of it. */
export async function expectWholeAudit(dir: string): Promise<void> {
  const key = auditPublicKey(openKeys(join(dir, 'link.key')))
  const { findings } = await verifyAudit(dir, key)
  if (findings.length > 0) throw new Error(`The audit log is not whole: ${JSON.stringify(findings)}`)
}

/** Starts it with these variables in its environment; every limit that a fast test would meet is high. */
export async function runKaijo(env: Record<string, string> = {}): Promise<Running> {
  const { dir, secret, ...base } = await testSettings()
  const config = readConfig({ ...base.env, ...env })
  const lines: string[] = []
  const kaijo = await startKaijo(config, createLog('info', { write: (line) => lines.push(line) }))
  return {
    ...kaijo,
    dir,
    secret,
    lines,
    async token() {
      const headers = { authorization: `Bearer ${secret}` }
      const answer = await fetch(`${kaijo.url}/v3/directline/tokens/generate`, { method: 'POST', headers })
      return ((await answer.json()) as { token: string }).token
    },
    async end() {
      await kaijo.close()
      await expectWholeAudit(dir)
      rmSync(dir, { recursive: true })
    },
  }
}
