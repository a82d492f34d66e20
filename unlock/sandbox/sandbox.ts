import { isIP } from 'node:net'
import { writePublicKey } from '../webhook.ts'
import { createApi } from './api.ts'
import { openAuthority } from './authority.ts'
import { openCards } from './card.ts'
import { openCertificates } from './certificates.ts'
import { openContracts } from './contracts.ts'
import { openDatabase } from './database.ts'
import type { WriteDeed } from './deed.ts'
import { openKeys } from './keys.ts'
import { createListener, type Listener } from './listener.ts'
import { createLogonPages } from './logonPages.ts'
import { startOutbox } from './outbox.ts'
import { createPages } from './pages.ts'
import { checkPeer, type Peer } from './peer.ts'
import { openRequests } from './requests.ts'
import { createSecrets } from './secrets.ts'
import { createAnswers } from './server.ts'
import { openSessions } from './sessions.ts'
import { trustingFetch } from './trust.ts'
import { openWords } from './words.ts'

/** How the sandbox is set up. */
export interface SandboxOptions {
  /** 0 takes any free port. The pages that ask for a certificate take the port after it, or any free one. */
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
  /** Keeps what must be found again after a dispute; a deed that it refuses is not done. */
  writeDeed?: WriteDeed
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
  /** Where the pages are that ask for a client certificate. */
  logonUrl: string
  /** The authority of all its certificates, PEM, and the file that has it. */
  authority: string
  authorityFile: string
  /** A `fetch` that trusts that authority, and nobody else. */
  fetch: typeof fetch
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
  const { clock, dataDir, host = '127.0.0.1', onError = () => {}, writeDeed = () => {} } = options
  const { code } = options.bank
  const keys = openKeys(dataDir)
  const db = openDatabase(dataDir)
  const authority = await openAuthority(dataDir, clock())
  const pem = authority.certificate.toString()
  const certificates = openCertificates({ db, authority, code, key: keys.forms, clock })
  const cards = openCards(db, keys.pepper)
  const secrets = createSecrets(db, keys.pepper)
  const contracts = await openContracts({ db, secrets, certificates, cards, clock })
  const firstPause = options.firstPause ?? 1000
  const outbox = startOutbox({ db, signing: keys.signing, clock, firstPause, onError })
  const lifetime = options.lifetime ?? 30 * 60 * 1000
  const requests = openRequests({ db, clock, lifetime, onChange: outbox.kick, writeDeed })
  const sessions = openSessions(db, keys.forms, clock)
  const publicKey = writePublicKey(keys.signing)
  const origins = { open: '', logon: '' }
  const bank = {
    contracts,
    certificates,
    cards,
    secrets,
    sessions,
    requests,
    authority: pem,
    origins: () => origins,
    writeDeed,
    admit: (peer: Peer) =>
      checkPeer(peer, { authority: authority.certificate, code, now: clock(), find: certificates.find }),
  }
  const words = { ja: openWords('ja', names(options)), en: openWords('en', names(options)) }
  const api = createApi({ requests, token: keys.token, publicKey, origin: () => origins.open })
  const common = { bank, words, onError }
  const own = await authority.server(hostsOf(options), clock())
  const open = createListener({
    ...own,
    answers: createAnswers({ ...common, face: 'open', pages: createPages(bank), api }),
  })
  const logon = createListener({
    ...own,
    askFor: pem,
    answers: createAnswers({ ...common, face: 'logon', pages: createLogonPages(bank), api: new Map() }),
  })
  const port = await open.listen(options.port, host)
  const logonPort = await listenNear(logon, options.port, host)
  const url = `https://${readable(host)}:${port}`
  origins.open = new URL(options.publicUrl ?? url).origin
  origins.logon = `https://${new URL(origins.open).hostname}:${logonPort}`
  const trusting = trustingFetch(pem)
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
    publicUrl: origins.open,
    logonUrl: origins.logon,
    token: keys.token,
    publicKey,
    authority: pem,
    authorityFile: authority.file,
    fetch: trusting.fetch,
    async close() {
      clearInterval(timer)
      await outbox.close()
      await Promise.all([open.close(), logon.close(), trusting.close()])
      db.close()
    },
  }
}

/** The port after the sandbox's own is easy to remember; where it is taken any other will do, for nobody types it. */
async function listenNear(listener: Listener, port: number, host: string): Promise<number> {
  const next = port === 0 || port === 65535 ? 0 : port + 1
  return listener.listen(next, host).catch(() => listener.listen(0, host))
}

/** Under what names and addresses people may reach the sandbox. */
function hostsOf({ host = '127.0.0.1', publicUrl }: SandboxOptions): string[] {
  const named = publicUrl ? [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')] : []
  const own = isIP(host) === 0 ? [host] : host === '0.0.0.0' || host === '::' ? [] : [host]
  return [...new Set(['localhost', '127.0.0.1', '::1', ...own, ...named])]
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
