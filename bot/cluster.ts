import cluster, { type Worker } from 'node:cluster'
import type { Logger } from './log.ts'

/** Several processes that share one port: whoever dies is followed, and all can be exchanged one by one. */
export interface Cluster {
  /** How many take requests now. */
  ready(): number
  /** How many have died and were followed. */
  deaths(): number
  /** Starts the first, and the others when it is ready; rejects with Unstarted when the first ends before, unless all are to end. */
  start(): Promise<void>
  /** Exchanges them one by one, the next when the new one is ready; false when a new one was not, and the old ones work on. */
  roll(): Promise<boolean>
  /** Ends all; resolves when they are gone. */
  stop(): Promise<void>
}

export interface ClusterParts {
  processes: number
  /** The program that each of them runs. */
  entry: string
  /** What each finds in its environment beside ours; the first of a start is told that it is. */
  environment(isFirst: boolean): Record<string, string>
  /** Whether two may work on the same store: then a new one is ready before its old one goes. */
  isShared: boolean
  /** Milliseconds that one still takes requests when it is exchanged, so that nobody's connection is cut. */
  drainMs: number
  /** Milliseconds that one has for its end after that; then it is killed. */
  patience: number
  log: Logger
  /** Milliseconds before one that has died again and again is followed. */
  pauses?: readonly number[]
  /** Milliseconds after which one that answers nothing is killed; a minute unless said otherwise. */
  silence?: number
}

/** A process ended before it was ready. */
export class Unstarted extends Error {
  readonly code: number | undefined

  constructor(code: number | undefined, signal: string | undefined) {
    super(`A process ended before it was ready, with ${code ?? signal}; what it wrote says why`)
    this.code = code
  }
}

/** One of the processes, and what is known of it. */
interface Member {
  worker: Worker
  /** It was told to go, so nobody follows it. */
  isLeaving: boolean
  since: number
  heardAt: number
}

const READY = 'kaijo:ready'
const PING = 'kaijo:ping'
const PONG = 'kaijo:pong'
const LEAVE = 'kaijo:leave'

/** What one is told that is exchanged. */
interface Leave {
  type: typeof LEAVE
  drainMs: number
}

/** In one of the processes: says that it is ready, and hears when it is to go and how long it takes requests until then. */
export function join(onLeave: (drainMs: number) => void): void {
  if (!cluster.isWorker) return
  process.on('message', (message: Leave | typeof PING | undefined) => {
    if (message === PING) process.send?.(PONG)
    else if (message?.type === LEAVE) onLeave(message.drainMs)
  })
  process.send?.(READY)
}

/** One that has worked for so long did not die of how it was started. */
const SOUND_MS = 60_000

/** Makes it; nothing runs yet. Of use once in a process: Node has one cluster. */
export function createCluster(parts: ClusterParts): Cluster {
  const { log, pauses = [0, 1000, 2000, 5000, 10_000, 30_000] } = parts
  const members = new Set<Member>()
  let isStopping = false
  let deaths = 0
  let quickDeaths = 0
  let rolling: Promise<boolean> | undefined
  cluster.setupPrimary({ exec: parts.entry, args: [] })
  const watch = watchSilence(members, parts.silence ?? 60_000, log)

  async function begin(isFirst = false): Promise<Member> {
    const worker = cluster.fork(parts.environment(isFirst))
    await readiness(worker)
    const now = performance.now()
    const member: Member = { worker, isLeaving: false, since: now, heardAt: now }
    members.add(member)
    worker.on('message', () => {
      member.heardAt = performance.now()
    })
    worker.once('exit', (code, signal) => gone(member, code, signal))
    log.info({ event: 'cluster.ready', id: worker.process.pid ?? 0, count: members.size })
    return member
  }

  function gone(member: Member, code: number | null, signal: string | null): void {
    members.delete(member)
    if (member.isLeaving || isStopping) return
    deaths++
    log.error({ event: 'cluster.died', id: member.worker.process.pid ?? 0, code: signal ?? code ?? '' })
    if (performance.now() - member.since > SOUND_MS) quickDeaths = 0
    void follow()
  }

  /** Until one is ready again, however long what ails it lasts. */
  async function follow(): Promise<void> {
    const wait = pauses[Math.min(quickDeaths++, pauses.length - 1)] ?? 0
    await new Promise((resolve) => setTimeout(resolve, wait))
    if (isStopping) return
    await begin().catch((err: unknown) => {
      if (isStopping) return
      log.error({ event: 'cluster.unstarted', err })
      return follow()
    })
  }

  async function exchange(old: Member): Promise<void> {
    if (!members.has(old)) return
    if (parts.isShared) await begin()
    await leave(old)
    if (!parts.isShared && !isStopping) await begin().catch(() => follow())
  }

  async function leave(member: Member): Promise<void> {
    member.isLeaving = true
    const gone = ended(member.worker, parts.drainMs + parts.patience)
    member.worker.send({ type: LEAVE, drainMs: parts.drainMs } satisfies Leave, () => undefined)
    await gone
  }

  async function rollAll(): Promise<boolean> {
    try {
      for (const member of [...members]) if (!isStopping) await exchange(member)
      log.info({ event: 'cluster.rolled', count: members.size })
      return true
    } catch (err) {
      log.error({ event: 'cluster.not-rolled', err })
      return false
    }
  }

  return {
    ready: () => members.size,
    deaths: () => deaths,
    async start() {
      await begin(true).catch((err: unknown) => {
        if (!isStopping) throw err
      })
      if (isStopping) return
      const others = Array.from({ length: parts.processes - 1 }, () => begin().catch(() => follow()))
      await Promise.all(others)
    },
    roll() {
      rolling ??= rollAll().finally(() => {
        rolling = undefined
      })
      return rolling
    },
    async stop() {
      isStopping = true
      clearInterval(watch)
      const all = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
      const gone = all.map((worker) => ended(worker, parts.patience))
      for (const worker of all) worker.process.kill('SIGTERM')
      await Promise.all(gone)
    },
  }
}

/** Kills who stands still: it would keep its customers waiting for ever. */
function watchSilence(members: Set<Member>, silence: number, log: Logger): NodeJS.Timeout {
  const every = silence / 6
  let last = performance.now()
  const look = () => {
    const now = performance.now()
    // When this process itself stood still, nobody else is to blame.
    const wasHere = now - last < 2 * every
    last = now
    for (const member of members) {
      if (!wasHere) member.heardAt = now
      if (now - member.heardAt > silence) {
        log.error({ event: 'cluster.silent', id: member.worker.process.pid ?? 0 })
        member.worker.process.kill('SIGKILL')
      } else if (member.worker.isConnected()) member.worker.send(PING, () => undefined)
    }
  }
  return setInterval(look, every).unref()
}

/** Resolves when the process says that it is ready. */
function readiness(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message) => message === READY && resolve())
    worker.once('error', reject)
    worker.once('exit', (code, signal) => reject(new Unstarted(code ?? undefined, signal ?? undefined)))
  })
}

/** Resolves when it has ended, and sees to it that it does. */
function ended(worker: Worker, patience: number): Promise<void> {
  if (worker.isDead()) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), patience)
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
