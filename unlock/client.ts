/** The states of an unlock request; they only go forward. */
export type UnlockState = 'created' | 'opened' | 'verified' | 'cleared' | 'rejected' | 'expired'

/** An unlock request as the unlock API shows it. */
export interface UnlockRequest {
  id: string
  state: UnlockState
  /** Shown in the chat and on the bank's page, so that a person can see that both speak of the same request. */
  bindingCode: string
  /** The bank's page for this request. */
  link: string
  /** ISO 8601, UTC. */
  expiresAt: string
  createdAt: string
}

/** What is asked of the unlock API; nothing personal goes with it. */
export interface NewUnlockRequest {
  purpose: 'clear-user-suspension'
  locale: 'ja' | 'en'
  /** Which channel asked, shown to the one who approves. */
  channel: string
}

/** The unlock API could not answer in time, or answered something that its contract does not allow. */
export class UnlockUnavailable extends Error {}

/** The bot's side of `unlock/openapi.yaml`. */
export interface UnlockClient {
  /** Creates a request; the same key gives the same request. Throws UnlockUnavailable within 3 s. */
  create(request: NewUnlockRequest, idempotencyKey: string): Promise<UnlockRequest>
  /** Reads a request as it stands now. Throws UnlockUnavailable within 3 s. */
  read(id: string): Promise<UnlockRequest>
}
