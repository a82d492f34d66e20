import { Agent, fetch as fetchBy } from 'undici'

/** A `fetch` that trusts one authority and nobody else, for callers of the sandbox; verification stays on. */
export function trustingFetch(authority: string): { fetch: typeof fetch; close(): Promise<void> } {
  const agent = new Agent({ connect: { ca: authority } })
  const trusting = (input: unknown, init: object = {}) =>
    fetchBy(input as string, { ...init, dispatcher: agent } as Parameters<typeof fetchBy>[1])
  return { fetch: trusting as unknown as typeof fetch, close: () => agent.destroy() }
}
