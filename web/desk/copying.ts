import type { Api } from './api.ts'

/** Copies a text and says so. */
export async function copyText(text: string, status: HTMLElement, api: Api): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    status.textContent = api.t('phone.copied')
  } catch {
    status.textContent = api.t('phone.copyFailed')
  }
}
