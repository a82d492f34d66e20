/** The unlock API could not answer in time, or answered something that its contract does not allow. */
export class UnlockUnavailable extends Error {}

/** The unlock API answers, and knows no such request. */
export class UnlockNotFound extends UnlockUnavailable {}

export const limits = ['too-many-open', 'too-many-this-hour'] as const

/** The unlock API answers, and makes no request because a limit of the customer is reached. */
export class UnlockRefused extends UnlockUnavailable {
  readonly code: (typeof limits)[number]
  /** In seconds. */
  readonly retryAfter: number

  constructor(code: (typeof limits)[number], retryAfter: number) {
    super(`The unlock API refuses another request: ${code}; try again in ${retryAfter} s`)
    this.code = code
    this.retryAfter = retryAfter
  }
}
