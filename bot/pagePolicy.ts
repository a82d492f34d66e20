/** What differs from page to page. */
interface PageNeeds {
  /** Where our own socket is: the page talks to it. */
  publicUrl?: string
  /** Pages of these origins may show it in a frame; none may unless said otherwise. */
  framedBy?: readonly string[]
  /** It shows a page of ours in a frame. */
  frames?: boolean
}

/**
 * The Content-Security-Policy (W3C, CSP Level 3) of a page that runs a program: nothing but our own files, and no text
 * that could become markup. It fails closed: an origin that is not named cannot show the page in a frame.
 */
export function pagePolicy({ publicUrl, framedBy = ["'none'"], frames = false }: PageNeeds): string {
  // Browsers before 2022 do not count the socket's scheme as 'self'.
  const stream = publicUrl ? [new URL(publicUrl).origin.replace(/^http/, 'ws')] : []
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ...(frames ? ["frame-src 'self'"] : []),
    ["connect-src 'self'", ...stream].join(' '),
    ['frame-ancestors', ...framedBy].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}
