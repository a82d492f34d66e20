import type { Branch } from './branch.ts'
import type { Cards } from './card.ts'
import type { Certificates } from './certificates.ts'
import type { Contracts } from './contracts.ts'
import type { WriteDeed } from './deed.ts'
import type { Origins, View } from './frame.ts'
import type { Html } from './html.ts'
import type { Holder, Peer, PeerRefusal } from './peer.ts'
import type { Requests } from './requests.ts'
import type { Secrets } from './secrets.ts'
import type { Session, Sessions } from './sessions.ts'

/** One request for a page by one visitor. */
export interface Visit {
  view: View
  /** The visitor's cookie; new when they had none. */
  cookie: string
  session: Session | undefined
  /** What the form says; empty for GET. */
  form: URLSearchParams
  /** `id` of `/requests/:id` and the like. */
  id: string
  /** Whose certificate this very connection has shown; undefined on the face that asks for none. */
  holder: Holder | undefined
}

/** A page, a file to keep, or where to go next. */
export type PageAnswer =
  | { status: number; html: Html; cookie?: string }
  | { file: Buffer; type: string; name: string }
  | { location: string; cookie?: string }

export type PageHandler = (visit: Visit) => PageAnswer | Promise<PageAnswer>

/** What the bank knows. */
export interface Bank {
  contracts: Contracts
  branch: Branch
  certificates: Certificates
  cards: Cards
  secrets: Secrets
  sessions: Sessions
  requests: Requests
  /** The certificate of the server's authority, PEM, for who wants to trust it. */
  authority: string
  origins: () => Origins
  writeDeed: WriteDeed
  /** Whose certificate it is, or why it is refused; asked again for every request. */
  admit: (peer: Peer) => Holder | PeerRefusal
}

export function ok(html: Html): PageAnswer {
  return { status: 200, html }
}

/** Something in what was sent must be mended; the page says what. */
export function mistaken(html: Html): PageAnswer {
  return { status: 422, html }
}
