import { type UnlockClient, type UnlockRequest, UnlockUnavailable } from '../../unlock/index.ts'

/** A bank at the rim of a conversation test: holds requests in memory and does what the test says. */
export class Bank implements UnlockClient {
  readonly requests: UnlockRequest[] = []
  readonly #keys = new Map<string, UnlockRequest>()
  isDown = false

  async create(_wanted: unknown, key: string): Promise<UnlockRequest> {
    if (this.isDown) throw new UnlockUnavailable('The bank is down for this test.')
    const known = this.#keys.get(key)
    if (known) return known
    const number = String(this.requests.length + 1).padStart(26, '0')
    const request: UnlockRequest = {
      id: number,
      state: 'created',
      bindingCode: '4821',
      link: `https://bank.example/unlock/${number}`,
      createdAt: '2026-11-23T01:00:00.000Z',
      expiresAt: '2126-11-23T01:10:00.000Z',
    }
    this.requests.push(request)
    this.#keys.set(key, request)
    return request
  }

  async read(id: string): Promise<UnlockRequest> {
    if (this.isDown) throw new UnlockUnavailable('The bank is down for this test.')
    const request = this.requests.find((known) => known.id === id)
    if (!request) throw new UnlockUnavailable(`There is no request ${id}.`)
    return { ...request }
  }

  /** The administrator has done it, or the bank has refused. */
  settle(state: UnlockRequest['state']): UnlockRequest {
    const request = this.requests.at(-1)
    if (!request) throw new Error('No request has been made in this conversation.')
    request.state = state
    return request
  }
}
