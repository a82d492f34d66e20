import { setImmediate as aMoment } from 'node:timers/promises'
import type { ScriptSource } from './script.ts'
import { type DeskSearch, deskSearchInPieces } from './search.ts'

/** The search over the newest content. */
export interface Finder {
  /** Begins to build it, unless that was done; it takes seconds for thousands of entries, between turns. */
  warm(): void
  /** The search; while one for newer content is being built, the one before it. */
  search(): DeskSearch | Promise<DeskSearch>
}

/** Turns are taken after so many milliseconds of building. */
const pieceMs = 5
/** And after so many when an agent waits for it: else a busy bot would come to it for moments only. */
const awaitedMs = 50

/** Makes the search when it is asked for, and not for a bot without a desk. */
export function createFinder(source: () => ScriptSource): Finder {
  let version = ''
  let ready: DeskSearch | undefined
  let isAwaited = false
  let building: Promise<DeskSearch> | undefined

  async function build({ content, desk, words }: ScriptSource): Promise<DeskSearch> {
    const work = deskSearchInPieces(content, desk, words)
    for (let began = performance.now(); ; ) {
      const { done, value } = work.next()
      if (done && content.version === version) {
        ready = value
        isAwaited = false
      }
      if (done) return value
      if (performance.now() - began < (isAwaited ? awaitedMs : pieceMs)) continue
      await aMoment()
      began = performance.now()
    }
  }

  function warm(): void {
    const now = source()
    if (now.content.version === version) return
    version = now.content.version
    building = build(now)
    // Whoever searches hears of it; who only warms does not.
    building.catch(() => {
      version = ''
    })
  }

  return {
    warm,
    search() {
      warm()
      if (ready) return ready
      isAwaited = true
      return building as Promise<DeskSearch>
    },
  }
}
