import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import { asLang } from '../chat/words.ts'
import { createApi, type Me, Refused, type Seat } from './api.ts'
import { openLogon } from './logon.ts'
import { readSound } from './settings.ts'
import { openShell, type Shell } from './shell.ts'
import { switchboardOf } from './switchboard.ts'

/** The page of the desk: finds out who is in front of it, and opens the shell or the logon. */
const place = document.getElementById('desk') as HTMLElement
const words = JSON.parse(document.getElementById('words')?.textContent ?? '{}') as Record<
  Lang,
  Record<string, string>
>
const seat: Seat = { me: undefined, lang: asLang(document.documentElement.lang), sound: readSound() }
let shell: Shell | undefined
const api = createApi(words, seat, { onLeft: left, onEntered: entered })

function entered(me: Me): void {
  seat.me = me
  seat.lang = me.locale
  document.documentElement.lang = seat.lang
  shell?.close()
  // Whoever is at the desk is there for chats, whichever screen is open.
  switchboardOf(api)
  shell = openShell(place, api, {
    onLang(lang) {
      if (!seat.me) return
      const changed = { ...seat.me, locale: lang }
      void api.send('PUT', '/desk/api/me', { locale: lang }).then(
        () => entered(changed),
        () => undefined,
      )
    },
    onSound(sound) {
      seat.sound = sound
    },
    onLogOff() {
      void api.send('DELETE', '/desk/api/session').then(left, left)
    },
  })
}

function left(): void {
  const isOver = seat.me !== undefined
  seat.me = undefined
  shell?.close()
  shell = undefined
  openLogon(place, api, isOver)
}

async function begin(): Promise<void> {
  try {
    if (location.hash.startsWith('#welcome=')) left()
    else entered(await api.get<Me>('/desk/api/me'))
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return left()
    const again = element('button', { type: 'button', class: 'button' }, api.t('shell.again'))
    again.addEventListener('click', () => void begin())
    place.replaceChildren(element('p', { class: 'quiet', role: 'alert' }, api.t('shell.failed')), again)
  }
}

void begin()
