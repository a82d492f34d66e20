import { type ChildProcess, fork, spawn } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '../bot/freePort.ts'

/** A server in a process of its own, on loopback. */
export interface Started {
  port: number
  /** Of the practice bank, where one runs with it. */
  sandboxPort?: number
  process: ChildProcess
  /** Milliseconds from the start of the process to its being ready. */
  ms: number
  stop(): Promise<void>
}

/** What the bench's callers show to get tokens; of no use elsewhere. */
export const secret = 'a-direct-line-secret-for-the-bench-only'

const patience = 60_000
const many = '1000000'

const start = [join(import.meta.dirname, '..', 'bot', 'index.ts')]

/** How a start differs from the usual one. */
export interface Manner {
  /** Node's arguments: another program of ours, or something that is loaded before it. */
  program?: readonly string[]
  env?: Record<string, string>
  /** Whether it can be sent messages, by what is loaded before it. */
  talks?: boolean
}

/** `npm start` without npm: everything with its defaults, but for limits that one address of many callers would meet. */
export async function startKaijo(
  dir: string,
  { program = start, env = {}, talks = false }: Manner = {},
): Promise<Started> {
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const began = performance.now()
  const child = spawn(process.execPath, program, {
    stdio: ['ignore', 'ignore', 'ignore', ...(talks ? (['ipc'] as const) : [])],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      STORAGE_URL: `sqlite:${join(dir, 'kaijo.db')}`,
      LINK_KEY_FILE: join(dir, 'link.key'),
      DIRECT_LINE_SECRET: secret,
      LIMIT_REQUESTS_PER_ADDRESS: many,
      LIMIT_CONVERSATIONS_PER_ADDRESS: many,
      LIMIT_MESSAGES_PER_CONVERSATION: many,
      LIMIT_SOCKETS_PER_ADDRESS: many,
      ...env,
    },
  })
  tied(child)
  await ready(child, `http://127.0.0.1:${port}/readyz`)
  return { port, sandboxPort, process: child, ms: performance.now() - began, stop: () => stopped(child) }
}

/** Bare restify; see restifyServer.ts. */
export async function startRestify(dir: string): Promise<Started> {
  const began = performance.now()
  const child = fork(join(import.meta.dirname, 'restifyServer.ts'), [dir], { stdio: 'inherit' })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', resolve as (port: unknown) => void)
    child.once('exit', (code) => reject(new Error(`restify ended with ${code} before it listened.`)))
  })
  return { port, process: child, ms: performance.now() - began, stop: () => stopped(child) }
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + patience
  while (performance.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`Kaijo ended with ${child.exitCode} at its start; run "npm start" to see why.`)
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`Kaijo was not ready after ${patience / 1000} s.`)
}

/** A bench that is broken off leaves no process behind. */
function tied(child: ChildProcess): void {
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.removeListener('exit', end))
}

/** Ends the process and waits until it has gone. */
async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}
