/** What this device remembers for whoever works at it; nothing of it is about a person. */
const soundKey = 'kaijo-desk-sound'
const lookKey = 'kaijo-desk-look'

export type Look = 'auto' | 'light' | 'dark'

export function readSound(): boolean {
  return localStorage.getItem(soundKey) !== 'off'
}

export function writeSound(on: boolean): void {
  localStorage.setItem(soundKey, on ? 'on' : 'off')
}

export function readLook(): Look {
  const look = localStorage.getItem(lookKey)
  return look === 'light' || look === 'dark' ? look : 'auto'
}

/** Keeps the look and puts it on the page. */
export function writeLook(look: Look): void {
  localStorage.setItem(lookKey, look)
  document.documentElement.dataset.look = look
}
