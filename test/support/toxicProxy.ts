import { once, setMaxListeners } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What is done to the bytes that go through; the names are Toxiproxy's where it has them. */
export type Toxic =
  /** Each piece arrives so many milliseconds later. */
  | { kind: 'latency'; ms: number }
  | { kind: 'bandwidth'; bytesPerSecond: number }
  /** Pieces of so few bytes, with a pause after each. */
  | { kind: 'slicer'; bytes: number; ms: number }
  /** Nothing arrives any more, and nobody is told: a cable that was pulled. */
  | { kind: 'blackhole' }
  /** The same for good to those that are connected now, and to nobody else: a firewall that has forgotten them. */
  | { kind: 'forgotten' }
  /** Each connection is reset after so many bytes of answers. */
  | { kind: 'resetPeer'; bytes: number }
  /** Whoever connects is reset. */
  | { kind: 'down' }
  /** What holds the marker is passed on, its answer is not: the connection is cut when it comes. */
  | { kind: 'lostAnswer'; marker: string; share: number; random: () => number }
  /** What holds the marker is cut off before it arrives. */
  | { kind: 'lostRequest'; marker: string; share: number; random: () => number }

/** A TCP proxy between two programs of a test, on loopback. */
export interface ToxicProxy {
  port: number
  /** What happens from now on, to connections that are open too; nothing without a toxic. */
  set(toxic?: Toxic): void
  /** How many connections it has cut so far. */
  cuts(): number
  end(): Promise<void>
}

/** Starts one before a port of loopback. */
export async function startToxicProxy(to: number): Promise<ToxicProxy> {
  let toxic: Toxic | undefined
  let cuts = 0
  const changed = new EventTarget()
  setMaxListeners(0, changed)
  const pairs = new Set<Pair>()
  const state = {
    toxic: () => toxic,
    change: () => once(changed, 'change'),
    onCut: () => cuts++,
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (toxic?.kind === 'down') return cut(client)
    const pair = new Pair(client, connect({ port: to, host: '127.0.0.1', allowHalfOpen: true }), state)
    pairs.add(pair)
    client.once('close', () => pairs.delete(pair))
  })
  const cut = (client: Socket) => {
    cuts++
    client.on('error', () => undefined).resetAndDestroy()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      toxic = next
      changed.dispatchEvent(new Event('change'))
      if (next?.kind === 'down') for (const pair of pairs) pair.cut()
      if (next?.kind === 'forgotten') for (const pair of pairs) pair.forget()
    },
    cuts: () => cuts,
    async end() {
      toxic = undefined
      changed.dispatchEvent(new Event('change'))
      server.close()
      for (const pair of pairs) pair.destroy()
      await once(server, 'close')
    },
  }
}

interface State {
  toxic(): Toxic | undefined
  /** Resolves when another toxic is set. */
  change(): Promise<unknown>
  onCut(): void
}

/** One connection and the one it is led to. */
class Pair {
  readonly #client: Socket
  readonly #server: Socket
  readonly #state: State
  /** The next answer must not arrive. */
  #isArmed = false
  #isForgotten = false
  #answered = 0

  constructor(client: Socket, server: Socket, state: State) {
    this.#client = client
    this.#server = server
    this.#state = state
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => this.destroy())
    void this.#pump(client, server, (piece) => this.#asked(piece))
    void this.#pump(server, client, (piece) => this.#answers(piece))
  }

  cut(): void {
    this.#state.onCut()
    this.#client.resetAndDestroy()
    this.#server.destroy()
  }

  forget(): void {
    this.#isForgotten = true
  }

  destroy(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  async #pump(from: Socket, to: Socket, passes: (piece: Buffer) => boolean): Promise<void> {
    try {
      for await (const piece of from) {
        await this.#held()
        if (!passes(piece)) return this.cut()
        for (const slice of this.#sliced(piece)) await this.#send(to, slice)
      }
      await this.#held()
      to.end()
    } catch {
      this.destroy()
    }
  }

  /** As long as nothing gets through. */
  async #held(): Promise<void> {
    const isHeld = () => this.#isForgotten || this.#state.toxic()?.kind === 'blackhole'
    while (isHeld() && !this.#client.destroyed) await this.#state.change()
  }

  #sliced(piece: Buffer): Buffer[] {
    const toxic = this.#state.toxic()
    if (toxic?.kind !== 'slicer') return [piece]
    const { bytes } = toxic
    return Array.from({ length: Math.ceil(piece.length / bytes) }, (_, n) =>
      piece.subarray(n * bytes, (n + 1) * bytes),
    )
  }

  async #send(to: Socket, piece: Buffer): Promise<void> {
    const toxic = this.#state.toxic()
    if (toxic?.kind === 'latency' || toxic?.kind === 'slicer') await sleep(toxic.ms)
    if (toxic?.kind === 'bandwidth') await sleep((piece.length / toxic.bytesPerSecond) * 1000)
    if (!to.write(piece) && !to.destroyed) await Promise.race([once(to, 'drain'), once(to, 'close')])
  }

  /** Whether what is asked may pass. */
  #asked(piece: Buffer): boolean {
    const toxic = this.#state.toxic()
    if (toxic?.kind !== 'lostAnswer' && toxic?.kind !== 'lostRequest') return true
    if (!piece.includes(toxic.marker) || toxic.random() >= toxic.share) return true
    this.#isArmed = toxic.kind === 'lostAnswer'
    return this.#isArmed
  }

  /** Whether an answer may pass. */
  #answers(piece: Buffer): boolean {
    if (this.#isArmed) return false
    const toxic = this.#state.toxic()
    this.#answered += piece.length
    return toxic?.kind !== 'resetPeer' || this.#answered <= toxic.bytes
  }
}
