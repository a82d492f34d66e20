import type { Drawer, Rim, WebSocketLike } from './rim.ts'

const deadline = 15_000

/** The protocol client's rim in a real browser. */
export const browserRim: Rim = {
  async fetch(path, request) {
    const signal = AbortSignal.timeout(deadline)
    const answer = await fetch(path, { ...request, signal, credentials: 'omit', cache: 'no-store' })
    const retryAfter = Number(answer.headers.get('retry-after'))
    return { status: answer.status, json: () => answer.json(), ...(retryAfter > 0 ? { retryAfter } : {}) }
  },
  socket(path, protocols) {
    const address = new URL(path, location.href)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(address, protocols)
    // One that is being closed takes nothing more, and each try stands in the page's console as an error.
    const { send } = socket
    socket.send = (data) => {
      if (socket.readyState === WebSocket.OPEN) send.call(socket, data)
    }
    return socket as unknown as WebSocketLike
  },
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
  now: () => performance.now(),
  random: () => Math.random(),
  device: isPhone() ? 'phone' : 'pc',
  id: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join(''),
}

/** The browser's storage; where it is forbidden (some privacy settings in an iframe), one that lasts as long as the page. */
export function drawer(name: 'localStorage' | 'sessionStorage'): Drawer {
  try {
    window[name].getItem('kaijo')
    return window[name]
  } catch {
    const kept = new Map<string, string>()
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    }
  }
}

/** A touch screen narrower than any PC's; a tablet has no client certificate either, but is named a PC by too many. */
function isPhone(): boolean {
  return matchMedia('(pointer: coarse)').matches && Math.min(screen.width, screen.height) < 600
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
