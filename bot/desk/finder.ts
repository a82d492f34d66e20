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

/** Makes the search when it is asked for, and not for a bot without a desk; `now` is in milliseconds. */
export function createFinder(
  source: () => ScriptSource,
  now: () => number = () => performance.now(),
): Finder {
  let version = ''
  let ready: DeskSearch | undefined
  let isAwaited = false
  let building: Promise<DeskSearch> | undefined

  async function build({ content, desk, words }: ScriptSource): Promise<DeskSearch> {
    const work = deskSearchInPieces(content, desk, words)
    for (let began = now(); ; ) {
      const { done, value } = work.next()
      if (done && content.version === version) {
        ready = value
        isAwaited = false
      }
      if (done) return value
      if (now() - began < (isAwaited ? awaitedMs : pieceMs)) continue
      await aMoment()
      began = now()
    }
  }

  function warm(): void {
    const newest = source()
    if (newest.content.version === version) return
    version = newest.content.version
    building = build(newest)
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
