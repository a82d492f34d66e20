import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../bot/freePort.ts'

/** What every Kaijo of a test is started with. */
export interface TestSettings {
  /** A folder of its own. */
  dir: string
  port: number
  sandboxPort: number
  /** What lets a bank's own server make tokens. */
  secret: string
  /** All of it as an environment; every limit that a fast test would meet is high. */
  env: Record<string, string>
}

/** Ports and a folder of its own. */
export async function testSettings(): Promise<TestSettings> {
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-test-'))
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const secret = 'a-direct-line-secret-for-tests-only'
  const env = {
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    STORAGE_URL: `sqlite:${join(dir, 'kaijo.db')}`,
    LINK_KEY_FILE: join(dir, 'link.key'),
    DIRECT_LINE_SECRET: secret,
    LIMIT_REQUESTS_PER_ADDRESS: '1000000',
    LIMIT_CONVERSATIONS_PER_ADDRESS: '100000',
    LIMIT_MESSAGES_PER_CONVERSATION: '100000',
    LIMIT_REQUESTS_AT_ONCE: '100000',
  }
  return { dir, port, sandboxPort, secret, env }
}
