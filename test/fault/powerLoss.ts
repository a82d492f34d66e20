import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Inbound, Store } from '../../bot/store/index.ts'
import { openStore } from '../../bot/store/open.ts'

/** What was found in what a loss of power has left. */
export interface Wreck {
  /** Could not be opened, or its check found faults. */
  broken: number
  /** Acknowledged before the last time the disk was waited for, and gone. */
  lost: number
  /** Half of a turn: a state without its answer, an answer without its state, a hole in a log. */
  torn: number
  /** Whether it was cut behind the last time the disk was waited for: then nothing may be lost. */
  isBehind: boolean
}

const CONVERSATIONS = 5

/** A SQLite store at work, whose power goes away again and again. */
export class PoweredStore {
  readonly #dir = mkdtempSync(join(tmpdir(), 'kaijo-fault-'))
  readonly #random: () => number
  readonly #done = Array.from({ length: CONVERSATIONS }, () => 0)
  #store: Store | undefined

  constructor(random: () => number) {
    this.#random = random
  }

  /**
   * Some turns, each acknowledged when the disk has it; then more, while whose writing the power goes away. What is left
   * is the file and the log as they were written, the log cut at any byte, with what a disk may leave behind the cut.
   */
  async loosePower(): Promise<Wreck> {
    this.#store ??= await openStore(`sqlite:${this.#file('kaijo.db')}`)
    await this.#turns(1 + Math.floor(this.#random() * 6))
    const acknowledged = [...this.#done]
    const synced = this.#snapshot()
    await this.#turns(1 + Math.floor(this.#random() * 4))
    const { salt, size } = this.#wal()
    // The log was begun anew: all of it lies behind the snapshot, whose own log is whole.
    const isSameLog = salt === synced.salt
    if (isSameLog) copyFileSync(this.#file('kaijo.db-wal'), this.#file('left.db-wal'))
    const end = isSameLog ? size : synced.size
    const isBehind = this.#random() < 0.8
    const from = isBehind ? Math.min(synced.size, end) : 0
    this.#cut(from + Math.floor(this.#random() * (end - from + 1)), end)
    return { ...(await this.#look(acknowledged)), isBehind }
  }

  async end(): Promise<void> {
    await this.#store?.close()
    rmSync(this.#dir, { recursive: true })
  }

  #file(name: string): string {
    return join(this.#dir, name)
  }

  /** The file as it is now; nothing is being written while we are here. */
  #snapshot() {
    copyFileSync(this.#file('kaijo.db'), this.#file('left.db'))
    copyFileSync(this.#file('kaijo.db-wal'), this.#file('left.db-wal'))
    rmSync(this.#file('left.db-shm'), { force: true })
    return this.#wal()
  }

  /** Where the log ends, and what it bears since it was begun anew (https://sqlite.org/fileformat2.html#walformat). */
  #wal(): { salt: string; size: number } {
    const log = readFileSync(this.#file('kaijo.db-wal'))
    if (log.length < 32) return { size: log.length, salt: '' }
    const frame = 24 + log.readUInt32BE(8)
    const salt = log.subarray(16, 24)
    let size = 32
    // What was written before it was begun anew still stands behind its end, with another salt.
    while (size + frame <= log.length && log.subarray(size + 8, size + 16).equals(salt)) size += frame
    return { size, salt: salt.toString('hex') }
  }

  /** From the cut on: nothing, zeros, or noise. */
  #cut(at: number, end: number): void {
    const wal = openSync(this.#file('left.db-wal'), 'r+')
    ftruncateSync(wal, at)
    const kind = this.#random()
    const rest = Buffer.alloc(end - at)
    if (kind < 1 / 3) for (const place of rest.keys()) rest[place] = this.#random() * 256
    if (kind < 2 / 3) writeSync(wal, rest, 0, rest.length, at)
    closeSync(wal)
  }

  async #turns(count: number): Promise<void> {
    const store = this.#store as Store
    await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const who = (n + Math.floor(this.#random() * CONVERSATIONS)) % CONVERSATIONS
        await this.#turn(store, who)
      }),
    )
  }

  readonly #busy = new Map<number, Promise<void>>()

  #turn(store: Store, who: number): Promise<void> {
    const next = (this.#busy.get(who) ?? Promise.resolve()).then(() => this.#take(store, who))
    this.#busy.set(who, next)
    return next
  }

  async #take(store: Store, who: number): Promise<void> {
    const version = this.#done[who] as number
    const eventId = `c${who}/${version}`
    const conversation = `c${who}`
    const activity = { type: 'message', text: `number ${version}` }
    const inbound: Inbound = { channel: 'test', eventId, conversation, activity, logged: true }
    await store.accept(inbound)
    await store.commit({
      ...{ conversation, channel: 'test', version, state: { count: version + 1 } },
      ...{ eventId, eventChannel: 'test', requests: [] },
      said: [{ type: 'message', text: `answer to number ${version}` }],
    })
    this.#done[who] = version + 1
  }

  async #look(acknowledged: readonly number[]): Promise<Omit<Wreck, 'isBehind'>> {
    const wreck = { broken: 0, lost: 0, torn: 0 }
    try {
      const db = new DatabaseSync(this.#file('left.db'))
      const { integrity_check: found } = db.prepare('PRAGMA integrity_check').get() ?? {}
      db.close()
      wreck.broken = Number(found !== 'ok')
      const store = await openStore(`sqlite:${this.#file('left.db')}`)
      for (const [who, count] of acknowledged.entries()) {
        const left = await whatIsLeft(store, `c${who}`)
        wreck.lost += Math.max(0, count - left.applied)
        wreck.torn += left.torn
      }
      await store.close()
    } catch {
      wreck.broken = 1
    }
    return wreck
  }
}

async function whatIsLeft(store: Store, id: string): Promise<{ applied: number; torn: number }> {
  const found = await store.conversation(id)
  if (!found) return { applied: 0, torn: 0 }
  const log = await store.activities(id, 0, 1_000_000)
  const texts = log.map(({ activity }) => activity.text ?? '')
  const answers = texts.filter((text) => text.startsWith('answer')).length
  const { count = 0 } = (found.state ?? {}) as { count?: number }
  const holes = log.filter(({ seq }, place) => seq !== place + 1).length
  const waiting = (await store.pending(id)) ? 1 : 0
  const torn = holes + Math.abs(answers - found.version) + Math.abs(count - found.version)
  return { applied: found.version, torn: torn + Math.abs(texts.length - answers - found.version - waiting) }
}
