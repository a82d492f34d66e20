import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expectWholeAudit } from './kaijo.ts'
import { testSettings } from './testSettings.ts'
import { trust } from './trust.ts'

const entry = join(import.meta.dirname, '..', '..', 'bot', 'index.ts')

/** `npm start` in a process of its own, that a test may kill and start again on the same data. */
export interface Served {
  url: string
  sandboxUrl: string
  dir: string
  secret: string
  /** Everything it has written to its outputs so far. */
  output(): string
  /** Whether it runs now. */
  isRunning(): boolean
  /** Starts it (again); resolves when it is ready. */
  start(): Promise<void>
  /** Its number; none when it does not run. */
  pid(): number | undefined
  /** Lets it stand still or go on: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void
  /** SIGKILL: nothing is finished, nothing is closed. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  /** Stops it, looks over its audit log, and deletes its data. */
  end(): Promise<void>
}

/** Prepares a process with ports and a folder of its own, `npm start` unless said otherwise; every limit that a fast test would meet is high. */
export async function serve(env: Record<string, string> = {}, program = [entry]): Promise<Served> {
  const { dir, port, sandboxPort, secret, ...base } = await testSettings()
  const url = `http://localhost:${port}`
  const settings = { ...base.env, ...env }
  let child: ChildProcess | undefined
  let written = ''

  const exited = () => new Promise<number | null>((resolve) => child?.once('exit', (code) => resolve(code)))
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const served: Served = {
    url,
    sandboxUrl: `https://localhost:${sandboxPort}`,
    dir,
    secret,
    output: () => written,
    isRunning,
    async start() {
      for (let tries = 1; ; tries++) {
        const before = written.length
        child = spawn(process.execPath, program, { env: { PATH: process.env.PATH, ...settings }, cwd: dir })
        child.stdout?.on('data', (chunk) => (written += chunk))
        child.stderr?.on('data', (chunk) => (written += chunk))
        try {
          await ready(`${url}/readyz`, isRunning, () => written)
          break
        } catch (error) {
          // A connection of this machine may leave by the very port that was free a moment ago.
          if (tries === 5 || !written.slice(before).includes('SANDBOX_PORT is in use')) throw error
          await new Promise((resolve) => setTimeout(resolve, 500))
        }
      }
      // There is none when the test brings a bank of its own.
      const authority = join(dir, 'sandbox', 'ca.crt')
      if (existsSync(authority)) trust(readFileSync(authority, 'utf8'))
    },
    pid: () => (isRunning() ? child?.pid : undefined),
    signal: (signal) => void child?.kill(signal),
    async kill() {
      const gone = exited()
      child?.kill('SIGKILL')
      await gone
    },
    async stop() {
      const gone = exited()
      child?.kill('SIGTERM')
      // One that stands still would never hear of it.
      child?.kill('SIGCONT')
      return gone
    },
    async end() {
      if (isRunning()) await served.stop()
      await expectWholeAudit(dir)
      rmSync(dir, { recursive: true })
    },
  }
  return served
}

async function ready(url: string, isRunning: () => boolean, output: () => string): Promise<void> {
  while (isRunning()) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`The process ended before it was ready:\n${output()}`)
}
