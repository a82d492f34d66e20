import { isIP } from 'node:net'
import { createApi } from './api.ts'
import { openServerAuthority } from './authority.ts'
import type { Books } from './books.ts'
import { createListener, type Listener } from './listener.ts'
import { createLogonPages } from './logonPages.ts'
import { createPages } from './pages.ts'
import { checkPeer } from './peer.ts'
import type { Requests } from './requests.ts'
import { createAnswers } from './server.ts'
import type { Sessions } from './sessions.ts'
import type { Bank } from './visit.ts'
import type { Locale, Say } from './words.ts'

/** What the two faces show, and where. */
export interface Facing {
  books: Books
  requests: Requests
  sessions: Sessions
  words: Record<Locale, Say>
  publicKeys: () => readonly string[]
  /** The bank's four digits. */
  code: string
  dataDir: string
  host: string
  port: number
  /** Where people reach the open face, when that is not where it listens. */
  publicUrl: string | undefined
  clock: () => Date
  onError: (error: unknown) => void
}

/** Both faces, listening. */
export interface Faces {
  /** Where the open face listens. */
  url: string
  /** Where people find the faces. */
  open: string
  logon: string
  /** The authority of their own certificate, PEM, and the file that has it. */
  authority: string
  authorityFile: string
  close(): Promise<void>
}

/** Listens twice: for everyone and the bot, and for who has a client certificate. */
export async function showFaces(facing: Facing): Promise<Faces> {
  const { books, requests, words, host, clock, onError } = facing
  const origins = { open: '', logon: '' }
  const { own, pem, file } = await openServerAuthority(facing.dataDir, hostsOf(facing), clock())
  const bank = createBank(facing, pem, () => origins)
  const token = books.keys.token
  const api = createApi({ requests, token, publicKeys: facing.publicKeys, origin: () => origins.open })
  const common = { bank, words, onError }
  const open = createListener({
    ...own,
    origin: () => origins.open,
    answers: createAnswers({ ...common, face: 'open', pages: createPages(bank), api }),
  })
  const logon = createListener({
    ...own,
    askFor: books.authority.certificate.toString(),
    origin: () => origins.logon,
    answers: createAnswers({ ...common, face: 'logon', pages: createLogonPages(bank), api: new Map() }),
  })
  const port = await open.listen(facing.port, host)
  const logonPort = await listenNear(logon, facing.port, host)
  const url = `https://${readable(host)}:${port}`
  origins.open = new URL(facing.publicUrl ?? url).origin
  origins.logon = `https://${new URL(origins.open).hostname}:${logonPort}`
  return {
    url,
    ...origins,
    authority: pem,
    authorityFile: file,
    async close() {
      await Promise.all([open.close(), logon.close()])
    },
  }
}

function createBank(facing: Facing, authority: string, origins: Bank['origins']): Bank {
  const { books, requests, sessions, code, clock } = facing
  const { certificates } = books
  const { certificate } = books.authority
  return {
    ...books,
    requests,
    sessions,
    authority,
    origins,
    admit: (peer) => checkPeer(peer, { authority: certificate, code, now: clock(), find: certificates.find }),
  }
}

/** The port after the sandbox's own is easy to remember; where it is taken any other will do, for nobody types it. */
async function listenNear(listener: Listener, port: number, host: string): Promise<number> {
  const next = port === 0 || port === 65535 ? 0 : port + 1
  return listener.listen(next, host).catch(() => listener.listen(0, host))
}

/** Under what names and addresses people may reach the sandbox. */
function hostsOf({ host, publicUrl }: Facing): string[] {
  const named = publicUrl ? [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')] : []
  const own = host === '0.0.0.0' || host === '::' || isIP(host) === 0 ? [] : [host]
  return [...new Set(['localhost', '127.0.0.1', '::1', ...own, ...named])]
}

function readable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
