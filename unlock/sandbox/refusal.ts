/** A request that is answered with an error: a page or problem details, after where it was sent. */
export class Refusal extends Error {
  readonly status: number
  readonly kind: string
  readonly headers: Record<string, string>

  /** The kind names the problem, e.g. `not-found`; the message is for developers and is sent to the API's callers. */
  constructor(status: number, kind: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.kind = kind
    this.headers = headers
  }
}
