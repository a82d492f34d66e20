import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { auditPublicKey } from '../audit/head.ts'
import { openKeys } from './keys.ts'

/** Verifies the heads of a sandbox's audit log; undefined when the folder is no sandbox's. */
export function sandboxAuditKey(dataDir: string): KeyObject | undefined {
  if (!existsSync(join(dataDir, 'sandbox.keys.json'))) return undefined
  return auditPublicKey(openKeys(dataDir))
}
