import { element } from '../chat/element.ts'
import type { Api, Screen } from './api.ts'
import { openChat } from './chat.ts'
import { openChatList } from './chatList.ts'
import { isCommand } from './keys.ts'
import { nextChat } from './nextChat.ts'
import { switchboardOf } from './switchboard.ts'

/** The chats: the list on the left, and beside it the one that `#/chats/<id>` names. */
export function openChats(place: HTMLElement, api: Api, rest: string): Screen {
  const board = switchboardOf(api)
  const conversation = readId(rest)
  const list = element('section', { class: 'chat-list', 'aria-labelledby': 'chats-title' })
  const chat = element('section', { class: 'chat-open', 'aria-labelledby': 'chat-title' })
  place.replaceChildren(
    element('div', { class: conversation ? 'chats-place one' : 'chats-place' }, list, chat),
  )
  const screens = [openChatList(list, api, board, conversation)]
  if (conversation) screens.push(openChat(chat, api, board, conversation))
  else {
    chat.removeAttribute('aria-labelledby')
    chat.append(element('p', { class: 'quiet pick' }, api.t('chats.pick')))
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'n' || !isCommand(event) || !board.list) return
    event.preventDefault()
    const next = nextChat(board.list, conversation)
    if (next) location.hash = `#/chats/${encodeURIComponent(next)}`
  }
  document.addEventListener('keydown', pressed)
  return {
    close() {
      document.removeEventListener('keydown', pressed)
      for (const screen of screens) screen.close()
    },
  }
}

function readId(rest: string): string {
  try {
    return decodeURIComponent(rest)
  } catch {
    return ''
  }
}
