/** As much of XMLHttpRequest as the Direct Line client uses, over fetch. */
export class FetchXhr {
  readyState = 0
  status = 0
  response: unknown = null
  responseText = ''
  responseType = ''
  timeout = 0
  withCredentials = false
  upload = {}
  onreadystatechange: ((event: object) => void) | null = null
  onerror: ((event: object) => void) | null = null
  ontimeout: ((event: object) => void) | null = null
  readonly #headers = new Headers()
  readonly #abort = new AbortController()
  #method = 'GET'
  #url = ''
  #answer: Headers | undefined

  open(method: string, url: string): void {
    this.#method = method
    this.#url = url
    this.readyState = 1
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.set(name, value)
  }

  getResponseHeader(name: string): string | null {
    return this.#answer?.get(name) ?? null
  }

  send(body?: string | FormData): void {
    const signals = [this.#abort.signal, ...(this.timeout ? [AbortSignal.timeout(this.timeout)] : [])]
    this.#fetched(body, AbortSignal.any(signals)).catch((error: Error) => {
      if (this.#abort.signal.aborted) return
      this.readyState = 4
      if (error.name === 'TimeoutError') this.ontimeout?.({})
      else this.onerror?.({})
    })
  }

  abort(): void {
    this.#abort.abort()
  }

  async #fetched(body: string | FormData | undefined, signal: AbortSignal): Promise<void> {
    const answer = await fetch(this.#url, {
      method: this.#method,
      headers: this.#headers,
      signal,
      ...(body === undefined ? {} : { body }),
    })
    this.#answer = answer.headers
    this.responseText = await answer.text()
    this.status = answer.status
    this.response = this.responseType === 'json' ? parsed(this.responseText) : this.responseText
    this.readyState = 4
    this.onreadystatechange?.({})
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
