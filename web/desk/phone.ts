import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import { type Api, pressKey, Refused, type Screen } from './api.ts'
import { openCall } from './phoneCall.ts'
import { type Found, openSearch } from './phoneSearch.ts'
import type { CallView } from './phoneView.ts'

/** The phone: search, then the script of a call step by step. `#/phone/<id>` is a call that has begun. */
export function openPhone(place: HTMLElement, api: Api, rest: string): Screen {
  let isOpen = true
  let inner: Screen | undefined
  const show = (screen: Screen) => {
    if (isOpen) inner = screen
    else screen.close()
  }

  async function resume(id: string): Promise<void> {
    const view = await api.get<CallView>(`/desk/api/calls/${encodeURIComponent(id)}`)
    if (isOpen) show(openCall(place, api, view))
  }

  async function begin({ kind, id, flow }: Found, locale: Lang): Promise<void> {
    const what = kind === 'flow' ? { flow: flow ?? id } : { faq: id }
    const { conversation } = await api.send<CallView>('POST', '/desk/api/calls', {
      key: pressKey(),
      ...what,
      locale,
    })
    location.hash = `#/phone/${conversation}`
  }

  if (rest) resume(rest).catch((error: unknown) => isOpen && tellFailure(place, api, error))
  else show(openSearch(place, api, begin))
  return {
    close() {
      isOpen = false
      inner?.close()
    },
  }
}

/** What went wrong, in words, with a way on. */
function tellFailure(place: HTMLElement, api: Api, error: unknown): void {
  const isGone = error instanceof Refused && error.status === 404
  const words = api.t(isGone ? 'phone.callGone' : 'shell.failed')
  const on = element('a', { class: 'button', href: '#/phone' }, api.t('phone.newCall'))
  const title = element('h1', {}, api.t('phone.title'))
  place.replaceChildren(
    element('div', { class: 'failure' }, title, element('p', { role: 'alert' }, words), on),
  )
}
