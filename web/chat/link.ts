/** The address when a customer may be sent there: https, or http on this very machine; else undefined. */
export function safeLink(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username || url.password) return undefined
  const isLocal = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]'
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? url.href : undefined
}

/**
 * Where a picture of the bot is fetched: always from the chat's own origin, since nothing else may be asked
 * (the bot writes its public address, which may differ from the one the page was opened with); else undefined.
 */
export function pictureSource(text: string): string | undefined {
  const path = URL.canParse(text) ? new URL(text).pathname : text
  return /^\/pictures\/[\w-]+\.svg$/.test(path) ? path : undefined
}

/** A text cut at its https addresses; `link` is set on the pieces that are one. */
export function linked(text: string): { text: string; link?: string }[] {
  return text
    .split(/(https?:\/\/[\w\-./?%&=~#:@!$'*+,;()[\]]+)/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const link = /^https?:/.test(piece) ? safeLink(piece) : undefined
      return link ? { text: piece, link } : { text: piece }
    })
}
