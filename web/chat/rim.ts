/** What the protocol client needs of the browser; a test brings its own. */
export interface Rim {
  /** Rejects when the network fails or after 15 s. */
  fetch(path: string, request: WebRequest): Promise<WebAnswer>
  socket(path: string, protocols: string[]): WebSocketLike
  /** Runs once after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, run: () => void): () => void
  /** Milliseconds; only differences count. */
  now(): number
  /** From 0 up to 1. */
  random(): number
  /** What the customer holds in the hand. */
  device: 'phone' | 'pc'
  /** A new id for a message: letters, digits and hyphens. */
  id(): string
}

export interface WebRequest {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
}

export interface WebAnswer {
  status: number
  /** Seconds, from Retry-After. */
  retryAfter?: number
  json(): Promise<unknown>
}

export interface WebSocketLike {
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: (() => void) | null
  send(text: string): void
  close(): void
}

/** The part of the Storage interface that is used; one that forgets does for a browser that forbids it. */
export interface Drawer {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}
