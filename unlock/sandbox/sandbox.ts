import { writePublicKey } from '../webhook.ts'
import { openBooks } from './books.ts'
import type { WriteDeed } from './deed.ts'
import { showFaces } from './faces.ts'
import { startOutbox } from './outbox.ts'
import { openRequests } from './requests.ts'
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
  /** Hears of what must be found again after a dispute, besides the sandbox's own audit log; a deed that it refuses is not done. */
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
  /** Verify its webhooks, the newest first; at most three. */
  publicKeys(): string[]
  /** Where the pages are that ask for a client certificate. */
  logonUrl: string
  /** The authority of its server's certificate, PEM, and the file that has it. */
  authority: string
  authorityFile: string
  /** A `fetch` that trusts that authority, and nobody else. */
  fetch: typeof fetch
  close(): Promise<void>
}

const expiryInterval = 1000

/** Starts the practised bank: the unlock API and the screens of the six steps. Throws in production. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, dataDir, host = '127.0.0.1', onError = () => {} } = options
  const { code } = options.bank
  const books = await openBooks({ ...options, code, where: 'sandbox' })
  const { db, keys, writeDeed } = books
  const publicKeys = () => keys.signing().map(writePublicKey)
  const firstPause = options.firstPause ?? 1000
  const outbox = startOutbox({ db, signing: keys.signing, clock, firstPause, onError })
  const lifetime = options.lifetime ?? 30 * 60 * 1000
  const requests = openRequests({ db, clock, lifetime, onChange: outbox.kick, writeDeed })
  const sessions = openSessions(db, keys.forms, clock)
  const words = { ja: openWords('ja', names(options)), en: openWords('en', names(options)) }
  const { port, publicUrl } = options
  const place = { code, dataDir, host, port, publicUrl, publicKeys, clock, onError }
  const faces = await showFaces({ ...place, books, requests, sessions, words })
  const trusting = trustingFetch(faces.authority)
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
    url: faces.url,
    publicUrl: faces.open,
    logonUrl: faces.logon,
    token: keys.token,
    publicKeys,
    authority: faces.authority,
    authorityFile: faces.authorityFile,
    fetch: trusting.fetch,
    async close() {
      clearInterval(timer)
      await outbox.close()
      await Promise.all([faces.close(), trusting.close()])
      books.close()
    },
  }
}

/** What sentences may name: `bank.service`, `forms.pinUnlock` … */
function names({ bank, forms }: SandboxOptions): Record<string, string> {
  const named = (group: string, values: object) =>
    Object.entries(values).map(([key, value]) => [`${group}.${key}`, value])
  return Object.fromEntries([...named('bank', bank), ...named('forms', forms)])
}
