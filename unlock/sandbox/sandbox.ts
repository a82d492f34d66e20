import type { AddressInfo } from 'node:net'
import { writePublicKey } from '../webhook.ts'
import { createApi } from './api.ts'
import { openContracts } from './contracts.ts'
import { openDatabase } from './database.ts'
import { openKeys } from './keys.ts'
import { startOutbox } from './outbox.ts'
import { createPages } from './pages.ts'
import { openRequests } from './requests.ts'
import { createSecrets } from './secrets.ts'
import { createSandboxServer } from './server.ts'
import { openSessions } from './sessions.ts'
import { openWords } from './words.ts'

/** How the sandbox is set up. */
export interface SandboxOptions {
  /** 0 takes any free port. */
  port: number
  /** Where to listen; only this machine unless said otherwise. */
  host?: string
  /** Its own folder: database and keys. */
  dataDir: string
  /** Where people reach it, when that is not where it listens. */
  publicUrl?: string
  bank: { name: string; service: string; code: string }
  /** The forms' names as printed. */
  forms: { cardReissue: string; pinUnlock: string; certificateReissue: string }
  clock: () => Date
  /** How long a request stays open, in milliseconds; half an hour unless said otherwise. */
  lifetime?: number
  /** The pause after the first webhook that was not taken, in milliseconds; it doubles from there. */
  firstPause?: number
  /** Hears of what should not have happened. */
  onError?: (error: unknown) => void
}

/** A running sandbox. */
export interface Sandbox {
  /** Its API, for the bot. */
  url: string
  /** Its pages, for people; the origin of every link. */
  publicUrl: string
  /** The bot's bearer credential. */
  token: string
  /** Verifies its webhooks. */
  publicKey: string
  close(): Promise<void>
}

const expiryInterval = 1000

/** Starts the practised bank: the unlock API and the screens of the six steps. Throws in production. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'The unlock sandbox does not run with NODE_ENV=production; set UNLOCK_API_URL to the real unlock API',
    )
  }
  const { clock, dataDir, host = '127.0.0.1', onError = () => {} } = options
  const keys = openKeys(dataDir)
  const db = openDatabase(dataDir)
  const secrets = createSecrets(db, keys.pepper)
  const contracts = await openContracts({ db, secrets, code: options.bank.code, clock })
  const outbox = startOutbox({
    db,
    signing: keys.signing,
    clock,
    firstPause: options.firstPause ?? 1000,
    onError,
  })
  const lifetime = options.lifetime ?? 30 * 60 * 1000
  const requests = openRequests({ db, clock, lifetime, onChange: outbox.kick })
  const sessions = openSessions(db, keys.forms, clock)
  const bank = { contracts, secrets, sessions, requests }
  const publicKey = writePublicKey(keys.signing)
  let publicUrl = ''
  const server = createSandboxServer({
    bank,
    pages: createPages(bank),
    api: createApi({ requests, token: keys.token, publicKey, origin: () => publicUrl }),
    words: { ja: openWords('ja', names(options)), en: openWords('en', names(options)) },
    isSecure: () => publicUrl.startsWith('https:'),
    onError,
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const url = `http://${readable(host)}:${port}`
  publicUrl = new URL(options.publicUrl ?? url).origin
  const timer = setInterval(() => {
    try {
      requests.expire()
      outbox.kick()
    } catch (error) {
      onError(error)
    }
  }, expiryInterval).unref()
  outbox.kick()

  return {
    url,
    publicUrl,
    token: keys.token,
    publicKey,
    async close() {
      clearInterval(timer)
      await outbox.close()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
      db.close()
    },
  }
}

/** What sentences may name: `bank.service`, `forms.pinUnlock` … */
function names({ bank, forms }: SandboxOptions): Record<string, string> {
  const named = (group: string, values: object) =>
    Object.entries(values).map(([key, value]) => [`${group}.${key}`, value])
  return Object.fromEntries([...named('bank', bank), ...named('forms', forms)])
}

function readable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
