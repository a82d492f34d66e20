import { readToChat, type ToHost } from '../frame.ts'

/** The page around the iframe; when there is none, the chat is simply always open. */
export class Host {
  readonly #origin: string | undefined
  #isOpen = window.parent === window

  /** `origins` may embed the chat (the server's frame-ancestors says the same); `claimed` is the one that says it does. */
  constructor(claimed: string | null, origins: string[], onOpen: (isOpen: boolean) => void) {
    const isKnown = claimed !== null && (claimed === location.origin || origins.includes(claimed))
    this.#origin = isKnown && !this.#isOpen ? claimed : undefined
    addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.source !== window.parent || event.origin !== this.#origin) return
      const message = readToChat(event.data)
      if (!message) return
      this.#isOpen = message.type === 'opened'
      onOpen(this.#isOpen)
    })
  }

  /** Whether there is a launcher to talk to. */
  get isThere(): boolean {
    return this.#origin !== undefined
  }

  /** Whether the customer has the chat before the eyes. */
  get isOpen(): boolean {
    return this.#isOpen && document.visibilityState === 'visible'
  }

  /** The browser delivers it only when the page around really has that origin. */
  tell(message: ToHost): void {
    if (this.#origin) window.parent.postMessage(message, this.#origin)
  }
}
