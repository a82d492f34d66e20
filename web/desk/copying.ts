import type { Api } from './api.ts'

/** Copies a text and says so; the status looks like an alert where it could not. */
export async function copyText(text: string, status: HTMLElement, api: Api): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    say(status, api.t('phone.copied'), false)
  } catch {
    say(status, api.t('phone.copyFailed'), true)
  }
}

function say(status: HTMLElement, words: string, isAlert: boolean): void {
  status.textContent = words
  status.classList.toggle('alert', isAlert)
}
