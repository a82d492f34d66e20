import { element } from '../chat/element.ts'
import type { Lang } from '../chat/words.ts'
import type { Api, Screen } from './api.ts'
import { screens } from './screens.ts'
import { type Look, readLook, writeLook, writeSound } from './settings.ts'

/** What can be chosen in the head of the desk. */
export interface ShellEvents {
  onLang(lang: Lang): void
  onSound(on: boolean): void
  onLogOff(): void
}

export interface Shell {
  close(): void
}

const ranks = ['agent', 'supervisor', 'admin'] as const

/** Draws the head with the navigation, and opens the screen that the address names. */
export function openShell(place: HTMLElement, api: Api, events: ShellEvents): Shell {
  const rank = ranks.indexOf(api.me?.role ?? 'agent')
  const mine = screens.filter(({ role }) => role === undefined || ranks.indexOf(role) <= rank)
  const links = new Map(
    mine.map(({ name }) => [name, element('a', { href: `#/${name}` }, api.t(`shell.${name}`))]),
  )
  const main = element('main', { id: 'main', tabindex: -1 })
  const skip = element('button', { type: 'button', class: 'skip' }, api.t('shell.skip'))
  skip.addEventListener('click', () => main.focus())
  place.replaceChildren(skip, head(api, [...links.values()], events), main)
  writeLook(readLook())
  let open: Screen | undefined

  function follow(): void {
    const [, name = '', rest = ''] = /^#\/([a-z]+)\/?(.*)$/.exec(location.hash) ?? []
    const entry = mine.find((one) => one.name === name) ?? mine[0]
    open?.close()
    main.replaceChildren()
    if (!entry) return
    for (const [other, link] of links) {
      if (other === entry.name) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
    document.title = `${api.t(`shell.${entry.name}`)} - ${api.t('shell.title')}`
    main.className = entry.name
    open = entry.open(main, api, entry.name === name ? rest : '')
  }

  window.addEventListener('hashchange', follow)
  follow()
  return {
    close() {
      window.removeEventListener('hashchange', follow)
      open?.close()
      place.replaceChildren()
    },
  }
}

function head(api: Api, links: HTMLElement[], events: ShellEvents): HTMLElement {
  const { me } = api
  const who = me ? api.t('shell.who', { name: me.shown, role: api.t(`shell.${me.role}`) }) : ''
  return element(
    'header',
    {},
    element('span', { class: 'mark', 'aria-hidden': 'true' }),
    element('p', { class: 'brand' }, api.t('shell.title')),
    element('nav', { 'aria-label': api.t('shell.nav') }, ...links),
    element('p', { class: 'who' }, who),
    settings(api, events),
  )
}

/** A disclosure, so that the head stays calm; what is in it is drawn once. */
function settings(api: Api, events: ShellEvents): HTMLElement {
  const languages = select(api.t('shell.language'), api.lang, [
    ['ja', api.t('shell.japanese')],
    ['en', api.t('shell.english')],
  ])
  languages.field.addEventListener('change', () => events.onLang(languages.field.value as Lang))
  const looks = select(api.t('shell.look'), readLook(), [
    ['auto', api.t('shell.lookAuto')],
    ['light', api.t('shell.lookLight')],
    ['dark', api.t('shell.lookDark')],
  ])
  looks.field.addEventListener('change', () => writeLook(looks.field.value as Look))
  const sounds = select(api.t('shell.sound'), api.sound ? 'on' : 'off', [
    ['on', api.t('shell.soundOn')],
    ['off', api.t('shell.soundOff')],
  ])
  sounds.field.addEventListener('change', () => {
    writeSound(sounds.field.value === 'on')
    events.onSound(sounds.field.value === 'on')
  })
  const off = element('button', { type: 'button', class: 'button' }, api.t('shell.logOff'))
  off.addEventListener('click', events.onLogOff)
  const panel = element('div', { class: 'panel' }, languages.label, looks.label, sounds.label, off)
  const details = element(
    'details',
    { class: 'settings' },
    element('summary', {}, api.t('shell.settings')),
    panel,
  )
  details.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !details.open) return
    details.open = false
    details.querySelector('summary')?.focus()
  })
  details.addEventListener('focusout', (event) => {
    const to = event.relatedTarget
    if (to instanceof Node && !details.contains(to)) details.open = false
  })
  return details
}

function select(title: string, value: string, options: [value: string, title: string][]) {
  const field = element('select', {}, ...options.map(([of, name]) => element('option', { value: of }, name)))
  field.value = value
  return { field, label: element('label', {}, element('span', {}, title), field) }
}
