import type { Store, Turn } from '../../bot/store/index.ts'

/** The process has died in the middle of a call. */
export class Died extends Error {}

/** A store as one process has it: nothing more comes of its calls once the process has died. */
export class Mortal {
  readonly store: Store
  #isDead = false

  constructor(store: Store, id: string, commits: Turn[]) {
    const alive = <T>(result: T): T => {
      if (this.#isDead) throw new Died()
      return result
    }
    const commit = async (turn: Turn) => {
      alive(undefined)
      const outcome = await store.commit(turn)
      // Noted also when the process did not live to know.
      if (outcome === 'committed' && turn.conversation === id) commits.push(turn)
      return alive(outcome)
    }
    const waiting = async () => (await store.waiting()).filter((conversation) => conversation === id)
    this.store = new Proxy(store, {
      get: (_, name: keyof Store) => {
        if (name === 'commit') return commit
        if (name === 'waiting') return waiting
        return (...args: never[]) => {
          alive(undefined)
          const result = (store[name] as (...all: never[]) => unknown).apply(store, args)
          return result instanceof Promise ? result.then(alive) : result
        }
      },
    })
  }

  die(): void {
    this.#isDead = true
  }
}
