import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../bot/store/open.ts'
import { openPostgresSql } from '../../bot/store/postgresSql.ts'
import { type KillOrder, killPoints } from './killPoints.ts'
import type { Context } from './scenario.ts'
import type { Counted, Order, Report } from './turnProcess.ts'

const here = import.meta.dirname
const CONVERSATIONS = 8
const REPEATS = 0.1

/** What became of the messages of all conversations. */
export interface Toll {
  messages: number
  kills: number
  /** Points that were never come to. */
  unreached: string[]
  /** Acknowledged, and not in the log exactly once, or not answered exactly once, or not counted. */
  lost: number
  doubled: number
  disordered: number
  /** Answers that were never sent, and those that were sent a second time, which the channel knows by their number. */
  unsent: number
  resent: number
  /** The longest from a start until it was ready, in milliseconds. */
  slowestStart: number
  /** From the last start until nothing waited any more. */
  drained: number
}

/** Kills a process that takes turns `each` times at every point, while conversations go on; then looks at all that is left. */
export async function killAtEveryPoint(storage: string, each: number, context: Context): Promise<Toll> {
  const crew = new Crew(storage, context)
  const orders = Array.from({ length: each }, () => killPoints.map((_, point) => point)).flat()
  const unreached = new Set<string>()
  for (const [done, point] of orders.entries()) {
    const nth = 1 + Math.floor(context.random() * 12)
    if (!(await crew.liveUntilKilled({ point, nth }))) unreached.add(killPoints[point]?.name as string)
    if ((done + 1) % 100 === 0) context.log(`${done + 1} of ${orders.length} kills`)
  }
  const { drained, slowestStart } = await crew.finish()
  crew.tidy()
  return { ...(await crew.toll()), kills: orders.length, unreached: [...unreached], drained, slowestStart }
}

/** One process at a time, and those who write to it. */
class Crew {
  readonly #storage: string
  readonly #context: Context
  readonly #next = Array.from({ length: CONVERSATIONS }, () => 0)
  readonly #sends = new Map<number, { conversation: string; texts: string[]; times: number }>()
  /** What was compiled for one process serves the next. */
  readonly #cache = mkdtempSync(join(tmpdir(), 'kaijo-fault-'))
  #slowestStart = 0

  constructor(storage: string, context: Context) {
    this.#storage = storage
    this.#context = context
  }

  /** Whether it came to the point; a process that does not come to it is killed anyway. */
  async liveUntilKilled(order: KillOrder): Promise<boolean> {
    const child = await this.#start(order)
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      if (child.signalCode !== null) resolve()
    })
    const writing = this.#next.map((_, who) => this.#write(child, who, 60))
    await Promise.race([gone, Promise.all(writing)])
    const isReached = child.signalCode !== null
    child.kill('SIGKILL')
    await gone
    await Promise.all(writing)
    return isReached
  }

  async finish(): Promise<{ drained: number; slowestStart: number }> {
    const began = performance.now()
    const child = await this.#start()
    await Promise.all(this.#next.map((_, who) => this.#write(child, who, 1)))
    const resting = new Promise<void>((resolve) =>
      child.on('message', (report: Report) => 'resting' in report && resolve()),
    )
    send(child, { rest: true })
    await resting
    child.kill('SIGKILL')
    return { drained: performance.now() - began, slowestStart: this.#slowestStart }
  }

  tidy(): void {
    rmSync(this.#cache, { recursive: true, force: true })
  }

  async toll(): Promise<Pick<Toll, 'messages' | 'lost' | 'doubled' | 'disordered' | 'unsent' | 'resent'>> {
    const store = await openStore(this.#storage)
    const toll = { messages: 0, lost: 0, doubled: 0, disordered: 0, unsent: 0, resent: 0 }
    try {
      for (const [who, count] of this.#next.entries()) {
        const id = `c${who}`
        const log = (await store.activities(id, 0, 1_000_000)).map(({ activity }) => activity.text as string)
        const said = log.filter((text) => text.startsWith('number'))
        const answers = log.filter((text) => text.startsWith('answer'))
        const { state, version } = (await store.conversation(id)) as { state: Counted; version: number }
        const wanted = Array.from({ length: count }, (_, n) => `number ${n}`)
        const sent = [...this.#sends.values()].filter(({ conversation }) => conversation === id)
        const texts = sent.flatMap((one) => one.texts)
        toll.messages += count
        toll.lost += missing(wanted, said) + missing(wanted, answers.map(asked))
        toll.doubled += doubles(said) + doubles(answers)
        toll.doubled += Math.abs(state.count - count) + Math.abs(version - count)
        toll.disordered +=
          Number(String(said) !== String(wanted)) + Number(String(answers.map(asked)) !== String(wanted))
        toll.disordered += Number(String(texts.map(asked)) !== String(wanted))
        toll.unsent += missing(answers, texts)
        toll.resent += sent.reduce((sum, { times }) => sum + times - 1, 0)
      }
      return toll
    } finally {
      await store.close()
    }
  }

  async #start(order?: KillOrder): Promise<ChildProcess> {
    await this.#takeLeases()
    const began = performance.now()
    const child = fork(join(here, 'turnProcess.ts'), {
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: this.#cache,
        STORAGE_URL: this.#storage,
        ...(order && { KILL: JSON.stringify(order) }),
      },
      execArgv: ['--import', join(here, 'killPreload.ts')],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.on('error', () => undefined)
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.on('message', (report: Report) => {
        if ('ready' in report) resolve()
        if ('send' in report) this.#take(child, report.send)
      })
    })
    if (child.exitCode !== null)
      throw new Error(`The process ended with ${child.exitCode} before it was ready`)
    this.#slowestStart = Math.max(this.#slowestStart, performance.now() - began)
    return child
  }

  /** What a dead process held runs out after seconds, which is looked at elsewhere; here nobody waits for it. */
  async #takeLeases(): Promise<void> {
    if (!this.#storage.startsWith('postgres:') || this.#slowestStart === 0) return
    const sql = openPostgresSql(this.#storage)
    await sql.run('DELETE FROM leases')
    await sql.close()
  }

  /** The channel: takes each answer, and knows the ones that it has had by their number. */
  #take(
    child: ChildProcess,
    { id, conversation, texts }: { id: number; conversation: string; texts: string[] },
  ): void {
    const before = this.#sends.get(id)
    this.#sends.set(id, { conversation, texts, times: (before?.times ?? 0) + 1 })
    send(child, { took: id })
  }

  /** Messages one after the other, each until it is taken; one in ten comes twice. Ends when the process does. */
  async #write(child: ChildProcess, who: number, most: number): Promise<void> {
    for (let n = 0; n < most; n++) {
      if (!(await this.#say(child, who))) return
      if (this.#context.random() < REPEATS && !(await this.#say(child, who))) return
      this.#next[who] = (this.#next[who] as number) + 1
    }
  }

  #say(child: ChildProcess, who: number): Promise<boolean> {
    const n = this.#next[who]
    const eventId = `c${who}/${n}`
    return new Promise((resolve) => {
      const done = (isTaken: boolean) => {
        child.off('message', heard)
        child.off('exit', gone)
        resolve(isTaken)
      }
      const gone = () => done(false)
      const heard = (report: Report) => {
        if ('taken' in report && report.taken === eventId) done(true)
        if ('refused' in report && report.refused === eventId) accept()
      }
      const activity = { type: 'message', text: `number ${n}` }
      const inbound = { channel: 'test', eventId, conversation: `c${who}`, activity, logged: true }
      const accept = () => send(child, { accept: inbound })
      if (child.exitCode !== null || child.signalCode !== null) return resolve(false)
      child.setMaxListeners(0).on('message', heard).once('exit', gone)
      accept()
    })
  }
}

/** One who has died meanwhile hears nothing. */
function send(child: ChildProcess, order: Order): void {
  if (child.connected) child.send(order, () => undefined)
}

const asked = (answer: string) => answer.replace('answer to ', '')

function missing(wanted: readonly string[], found: readonly string[]): number {
  const all = new Set(found)
  return wanted.filter((one) => !all.has(one)).length
}

function doubles(all: readonly string[]): number {
  return all.length - new Set(all).size
}
