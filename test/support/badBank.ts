import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signWebhook, type UnlockState, writePublicKey } from '../../unlock/index.ts'
import { writeUpdate } from '../../unlock/update.ts'

/** What is wrong with the unlock API. */
export const faults = {
  'is down': (request: IncomingMessage) => request.socket.destroy(),
  'hangs without a word': () => {},
  'hangs in the middle of its answer': (_: IncomingMessage, response: ServerResponse) => {
    response.setHeader('content-length', '1000')
    response.write('{"id":')
  },
  drips: (_: IncomingMessage, response: ServerResponse) => {
    const timer = setInterval(() => response.write(' '), 100)
    response.on('close', () => clearInterval(timer))
  },
  'answers 500': (_: IncomingMessage, response: ServerResponse) => end(response, 500, '{}'),
  'answers garbage': (_: IncomingMessage, response: ServerResponse) => end(response, 201, randomBytes(2000)),
  'answers a page': (_: IncomingMessage, response: ServerResponse) =>
    end(response, 200, '<!doctype html><p>Sorry'),
  'answers 10 MB': (_: IncomingMessage, response: ServerResponse) =>
    end(response, 201, `"${'x'.repeat(10_000_000)}"`),
  'answers by another schema': (_: IncomingMessage, response: ServerResponse) =>
    end(response, 201, JSON.stringify({ request: { id: 1, state: 'UNLOCKED' } })),
  'answers with a link to elsewhere': (_: IncomingMessage, response: ServerResponse) =>
    end(response, 201, JSON.stringify({ ...newRequest('https://evil.example') })),
  redirects: (_: IncomingMessage, response: ServerResponse) => {
    response.setHeader('location', 'https://evil.example/')
    end(response, 307, '')
  },
} as const

export type Fault = keyof typeof faults

/** An unlock API in a few lines that keeps its contract until it is told to misbehave. */
export interface BadBank {
  url: string
  /** What a Kaijo needs in its environment to use it. */
  env: Record<string, string>
  requests: Map<string, StandIn>
  /** How often it was called. */
  calls: number
  fault: Fault | undefined
  /** A signed webhook that says a state, true or not. */
  webhook(id: string, state: UnlockState, event?: string): { headers: Record<string, string>; body: Buffer }
  close(): Promise<void>
}

export interface StandIn {
  id: string
  state: UnlockState
  [more: string]: string
}

/** Starts one on a free port. */
export async function startBadBank(): Promise<BadBank> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const keys = new Map<string, StandIn>()
  const server = createServer((request, response) => {
    bank.calls += 1
    if (bank.fault) return void faults[bank.fault](request, response)
    const { pathname } = new URL(request.url ?? '', bank.url)
    if (pathname === '/v1/events') return end(response, 200, JSON.stringify({ events: [], more: false }))
    const key = String(request.headers['idempotency-key'])
    const known =
      request.method === 'POST' ? keys.get(key) : bank.requests.get(pathname.split('/').at(-1) ?? '')
    if (request.method === 'GET' && !known) return end(response, 404, '{}')
    const found = known ?? newRequest(bank.url)
    keys.set(key, found)
    bank.requests.set(found.id, found)
    end(response, request.method === 'POST' ? 201 : 200, JSON.stringify(found))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bank: BadBank = {
    url,
    env: { UNLOCK_API_URL: url, UNLOCK_API_TOKEN: 'bot', UNLOCK_API_KEYS: writePublicKey(publicKey) },
    requests: new Map(),
    calls: 0,
    fault: undefined,
    webhook(id, state, event = `msg_${randomBytes(8).toString('hex')}`) {
      const body = Buffer.from(writeUpdate({ id, state, at: new Date().toISOString() }))
      const signed = signWebhook({ id: event, body, keys: [privateKey], now: new Date() })
      return { body, headers: { ...signed, 'content-type': 'application/json' } }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return bank
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function newRequest(origin: string): StandIn {
  const id = Array.from({ length: 26 }, () => alphabet[randomInt(32)]).join('')
  const at = new Date()
  return {
    id,
    purpose: 'clear-user-suspension',
    state: 'created',
    bindingCode: '4821',
    link: `${origin}/requests/${id}`,
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
    expiresAt: new Date(at.getTime() + 1_800_000).toISOString(),
  }
}

function end(response: ServerResponse, status: number, body: string | Buffer): void {
  // restify, loaded in the same process, has made writeHead return nothing.
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.end(body)
}
