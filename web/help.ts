import { byId } from './chat/element.ts'
import { resumeKey } from './chat/resume.ts'
import { fromKey, WayBack } from './chat/wayBack.ts'
import { asLang } from './chat/words.ts'

/** The page on which a guide number is typed in: it opens the chat in this tab, at the step the number stands for. */
const form = byId('form', HTMLFormElement)
const number = byId('number', HTMLInputElement)
const messages = ['wrong', 'tooMany', 'away'].map((id) => byId(id, HTMLElement))

const lang = asLang(document.documentElement.lang)
// The link on LINE's card says so; whoever types the address in by hand has the way back in the chat.
const from = new URLSearchParams(location.search).get('from')
if (from) byId('other', HTMLAnchorElement).search += `&from=${encodeURIComponent(from)}`
new WayBack(from).speak(lang)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void go()
})

async function go(): Promise<void> {
  show(undefined)
  const answer = await ask({ guide: number.value, locale: lang, device: 'pc' })
  if (answer?.status === 200) {
    const { resume, from } = (await answer.json()) as { resume: string; from?: string }
    // Only for this tab: another person may use this PC next.
    sessionStorage.setItem(resumeKey, resume)
    sessionStorage.setItem(fromKey, from ?? '')
    location.assign(`/widget/?tab&lang=${lang}`)
  } else
    show(answer === undefined || answer.status >= 500 ? 'away' : answer.status === 429 ? 'tooMany' : 'wrong')
}

function ask(body: object): Promise<Response | undefined> {
  const headers = { 'content-type': 'application/json' }
  return fetch('/widget/session', { method: 'POST', headers, body: JSON.stringify(body) }).catch(
    () => undefined,
  )
}

function show(id: string | undefined): void {
  for (const message of messages) message.hidden = message.id !== id
  number.setAttribute('aria-invalid', String(id === 'wrong'))
  if (id) number.focus()
}
