import { dirname, join } from 'node:path'
import type { BankProfile } from '../content/index.ts'
import { type Audit, openAudit } from '../unlock/index.ts'
import { type Sandbox, startSandbox } from '../unlock/sandbox/index.ts'
import type { Config } from './config.ts'
import { firstContent, localesBeside } from './contentPlace.ts'
import { openKeys } from './keys.ts'
import type { Logger } from './log.ts'

/** Lets the sandbox play the bank of this profile, beside the bot's own data; what is done there stands in the bot's audit log too. */
export function actTheBank(
  config: Config,
  bank: Pick<BankProfile, 'name' | 'service' | 'code' | 'forms'>,
  log: Logger,
  audit: Audit,
): Promise<Sandbox> {
  const { name, service, code, forms } = bank
  return startSandbox({
    port: config.sandboxPort,
    host: config.host,
    dataDir: join(dirname(config.linkKeyFile), 'sandbox'),
    publicUrl: `https://localhost:${config.sandboxPort}`,
    bank: { name, service, code },
    forms: forms as Parameters<typeof startSandbox>[0]['forms'],
    clock: () => new Date(),
    writeDeed: (deed) => audit.write({ ...deed, where: 'sandbox' }),
    onError: (err) => log.error({ event: 'sandbox.failed', err }),
  })
}

/** The same without a bot in this process. Throws when the content has no such bank. */
export async function openPracticeBank(config: Config, log: Logger): Promise<Sandbox> {
  const { contentDir, bank, linkKeyFile, auditDir } = config
  const first = firstContent({ contentDir, localesDir: localesBeside(contentDir), bank })
  const onError = (err: unknown) => log.error({ event: 'audit.failed', err })
  const audit = openAudit({
    dir: auditDir,
    keys: openKeys(linkKeyFile),
    clock: () => new Date(),
    onError,
  })
  const sandbox = await actTheBank(config, first.bank, log, audit)
  return {
    ...sandbox,
    async close() {
      await sandbox.close()
      audit.close()
    },
  }
}
