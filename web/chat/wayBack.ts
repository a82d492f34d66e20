import { byId } from './element.ts'
import type { Lang } from './words.ts'

/** Where the guide number came from, kept for this tab. */
export const fromKey = 'kaijo.from'

/** The way back to LINE: a code for the phone's camera, and the account's address for whom the camera does not help. */
export class WayBack {
  readonly #place = byId('way-back', HTMLElement)
  readonly #code = byId('way-back-code', HTMLImageElement)
  readonly #address = byId('way-back-address', HTMLAnchorElement)
  readonly #isWanted: boolean

  /** `from` is where the customer has come from; only from LINE there is a way back. */
  constructor(from: string | null) {
    this.#isWanted = from === 'line'
    if (this.#isWanted) void this.#show()
  }

  /** The code carries words to send, so each language has its own. */
  speak(lang: Lang): void {
    if (this.#isWanted) this.#code.src = `/line/back.svg?lang=${lang}`
  }

  async #show(): Promise<void> {
    const answer = await fetch('/line/back').catch(() => undefined)
    if (!answer?.ok) return
    const { address } = (await answer.json()) as { address: string }
    this.#address.href = address
    this.#address.textContent = decodeURIComponent(address)
    this.#place.hidden = false
  }
}
