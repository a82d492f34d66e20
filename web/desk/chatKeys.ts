import { element } from '../chat/element.ts'
import type { Api } from './api.ts'
import type { ChatView } from './chatView.ts'

/** The keys that do something at a chat as it stands now, each with what it does. */
export function chatKeys({ owner, isMine, script }: ChatView, api: Api): HTMLElement[] {
  const now = [
    ...(owner === 'queue' ? ['take'] : []),
    ...(isMine && script ? ['answer', 'insert'] : []),
    ...(isMine ? ['send', 'draft', 'canned'] : []),
    ...(isMine && script ? ['back'] : []),
    ...(script ? ['copy'] : []),
    ...(script?.outcome ? ['print'] : []),
    'note',
    'next',
  ]
  return now.map((key) => element('span', {}, api.t(`chats.keys.${key}`), ' '))
}
