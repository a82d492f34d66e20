import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../bot/config.ts'
import { freePort } from '../../bot/freePort.ts'
import { createLog } from '../../bot/log.ts'
import { type Kaijo, startKaijo } from '../../bot/start.ts'

/** The whole bot on a port of this machine, for a browser to visit. */
export interface Site {
  url: string
  kaijo: Kaijo
  /** Stops the server; what it has stored stays. */
  stop(): Promise<void>
  /** Starts it again on the same port and the same data. */
  start(): Promise<void>
  /** Stops it and takes its data away. */
  close(): Promise<void>
}

/** Starts the bot with the real content and the sandbox as the bank. */
export async function startSite(environment: Record<string, string> = {}): Promise<Site> {
  const data = await mkdtemp(join(tmpdir(), 'kaijo-site-'))
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    STORAGE_URL: `sqlite:${join(data, 'kaijo.db')}`,
    LINK_KEY_FILE: join(data, 'link.key'),
    ...environment,
  })
  const open = () => startKaijo(config, createLog('silent'))
  const site: Site = {
    url: `http://localhost:${port}`,
    kaijo: await open(),
    stop: () => site.kaijo.close(),
    start: async () => {
      site.kaijo = await open()
    },
    close: async () => {
      await site.kaijo.close()
      await rm(data, { recursive: true, force: true })
    },
  }
  return site
}
