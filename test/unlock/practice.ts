import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../unlock/sandbox/index.ts'
import { trust } from '../support/trust.ts'
import { conforms, conformsAnswer } from './contract.ts'

export const bank = { name: '大阪シティ信用金庫', service: 'シティ信金ビジネスダイレクト', code: '1635' }
export const forms = {
  cardReissue: 'シティ信金ビジネスダイレクトお客様カード再発行依頼書',
  pinUnlock: 'シティ信金ビジネスダイレクト暗証番号閉塞解除依頼書',
  certificateReissue: 'シティ信金ビジネスダイレクト電子証明書再発行依頼書',
}
/** The sandbox's own demo values (unlock/sandbox/contracts.yaml). */
export const demo = {
  contract: '0001234567',
  pin: '482913',
  confirmPin: '730518',
  user: 'keiri01',
  other: 'keiri02',
}

/** A sandbox of its own folder, with a clock that the test may set. */
export interface Practice extends Sandbox {
  dataDir: string
  now: Date
  /** Calls the API as the bot; what it answers is held against the contract. */
  api(method: string, path: string, extra?: Extra): Promise<ApiResult>
  /** A new unlock request, whose news go to a callback. */
  request(callbackUrl?: string, locale?: 'ja' | 'en'): Promise<Shown>
  state(id: string): Promise<string>
  restart(): Promise<void>
  end(): Promise<void>
}

export interface Extra {
  body?: unknown
  raw?: string | Buffer
  headers?: Record<string, string>
  token?: string
}

export interface ApiResult {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: it is held against the contract
  body: any
}

/** A request as the API shows it. */
export interface Shown {
  id: string
  state: string
  bindingCode: string
  link: string
  expiresAt: string
}

/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9/unlock/callback'
let keys = 0

export async function practise(options: Partial<SandboxOptions> = {}): Promise<Practice> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kaijo-sandbox-'))
  const start = () =>
    startSandbox({
      port: 0,
      dataDir,
      bank,
      forms,
      clock: () => practice.now,
      firstPause: 20,
      onError: (error) => {
        throw error
      },
      ...options,
    })
  const practice = {
    dataDir,
    now: new Date(),
    async api(method, path, extra = {}) {
      const headers = { authorization: `Bearer ${extra.token ?? practice.token}`, ...extra.headers }
      const body = extra.raw ?? (extra.body === undefined ? undefined : JSON.stringify(extra.body))
      const response = await fetch(practice.url + path, {
        method,
        headers,
        ...(body !== undefined && { body }),
      })
      const answer = { status: response.status, headers: response.headers, body: await response.json() }
      const template = path.replace(/\?.*/, '').replace(/^\/v1\/requests\/[^/]+$/, '/v1/requests/{id}')
      conformsAnswer(method, template, answer)
      return answer
    },
    async request(callbackUrl = nowhere, locale = 'ja') {
      keys += 1
      // Somebody new each time: one customer may have three open requests.
      const customer = `customer-of-key-${keys}`
      const body = { purpose: 'clear-user-suspension', locale, channel: 'directline', customer, callbackUrl }
      const headers = { 'content-type': 'application/json', 'idempotency-key': `key-${keys}` }
      return (await practice.api('POST', '/v1/requests', { body, headers })).body
    },
    async state(id) {
      return (await practice.api('GET', `/v1/requests/${id}`)).body.state
    },
    async restart() {
      await practice.close()
      Object.assign(practice, await start())
      trust(practice.authority)
    },
    async end() {
      await practice.close()
      rmSync(dataDir, { recursive: true })
    },
  } as Practice
  Object.assign(practice, await start())
  trust(practice.authority)
  return practice
}

/** One webhook as it came. */
export interface Received {
  headers: IncomingHttpHeaders
  body: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: it is held against the contract
  json: any
}

/** A callback of the bot: answers what it is told to, and keeps what came. */
export async function listenForWebhooks(answer: (count: number) => number = () => 204, location = '') {
  const received: Received[] = []
  let heard = () => {}
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const json = JSON.parse(body.toString())
    conforms('/components/schemas/Update', json)
    received.push({ headers: request.headers, body, json })
    // restify, loaded in the same process, has made writeHead return nothing.
    response.statusCode = answer(received.length)
    if (location) response.setHeader('location', location)
    response.end()
    heard()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/unlock/callback`,
    received,
    /** Resolves when so many have come. */
    async count(wanted: number): Promise<Received[]> {
      while (received.length < wanted) {
        await new Promise<void>((resolve) => {
          heard = resolve
        })
      }
      return received
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}
