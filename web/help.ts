import { byId } from './chat/element.ts'
import { resumeKey } from './chat/resume.ts'
import { asLang } from './chat/words.ts'

/** The page on which a guide number is typed in: it opens the chat in this tab, at the step the number stands for. */
const form = byId('form', HTMLFormElement)
const number = byId('number', HTMLInputElement)
const messages = ['wrong', 'tooMany', 'away'].map((id) => byId(id, HTMLElement))

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void go()
})

async function go(): Promise<void> {
  show(undefined)
  const lang = asLang(document.documentElement.lang)
  const answer = await ask({ guide: number.value, locale: lang, device: 'pc' })
  if (answer?.status === 200) {
    const { resume } = (await answer.json()) as { resume: string }
    // Only for this tab: another person may use this PC next.
    sessionStorage.setItem(resumeKey, resume)
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
