import type { Part } from '../content/index.ts'
import type { Locale } from '../locales/index.ts'
import { requestNumber, UnlockRefused, type UnlockRequest, UnlockUnavailable } from '../unlock/index.ts'
import { type Scene, say } from './scene.ts'
import type { Run, Ticket, WaitingFor } from './state.ts'
import type { Sheet } from './stepCard.ts'

/** What the card of a step shows of its deep link. */
export type LinkSheet = Pick<Sheet, 'link' | 'facts' | 'notes'>

/** A deep link and a guide number work this long. */
const PASS_MS = 10 * 60 * 1000
/** One that ends sooner than this is shown to nobody any more. */
const USABLE_MS = 60 * 1000

/**
 * The deep link of the run's unlock request, made when there is none that still works, and for what needs the
 * certificate's PC a guide number to go on there. A phone gets no link to open: the certificate is not in it.
 * Without the API the customer is told the way by hand: the steps need no link.
 */
export async function linkSheet(scene: Scene, part: Part): Promise<LinkSheet> {
  const request = await openRequest(scene)
  scene.canRetryLink = request === 'unavailable'
  if (typeof request === 'string') return { notes: [say(scene, `bot:unlock.${request}`)] }
  const run = scene.state.run as Run
  const needsPc = part.device === 'pc-cert'
  const guide = needsPc && !run.isShared ? ticket(scene, run, part, request, 'guide') : undefined
  const isPhone = needsPc && scene.state.device === 'phone'
  const link = isPhone ? undefined : ticket(scene, run, part, request, 'link')
  const { links } = scene.world
  const fact = (name: string, value: string) => ({ title: say(scene, `bot:unlock.${name}`), value })
  return {
    ...(link && { link: { title: say(scene, 'bot:unlock.open'), url: links.request(link.id) } }),
    facts: [
      ...(guide ? [fact('guide', spaced(guide.id)), fact('help', links.help)] : []),
      fact('number', requestNumber(request.id)),
      fact('code', request.bindingCode),
      fact(
        'expires',
        say(scene, 'bot:unlock.expiresAt', { time: expiry(scene, (link ?? guide)?.expiresAt, request) }),
      ),
    ],
    notes: [
      ...(guide ? [say(scene, isPhone ? 'bot:unlock.onPc' : 'bot:unlock.elsewhere')] : []),
      ...(link ? [say(scene, 'bot:unlock.host', { host: links.host })] : []),
      say(scene, 'bot:unlock.safety'),
      say(scene, 'bot:unlock.byHand'),
    ],
  }
}

/** How the run's unlock request stands at the bank now. */
export async function requestNow(scene: Scene): Promise<UnlockRequest['state'] | 'unreadable' | 'none'> {
  const waiting = scene.state.run?.request
  if (!waiting) return 'none'
  if (waiting.ended) return waiting.ended
  const state = (await readRequest(scene, waiting.id))?.state ?? 'unreadable'
  if (state === 'rejected' || state === 'expired') {
    waiting.ended = state
    toldAlready(scene, waiting.id)
  }
  return state
}

/** The request as the bank shows it now; undefined when the bank cannot be asked. */
export async function readRequest(scene: Scene, id: string): Promise<UnlockRequest | undefined> {
  try {
    return await (await scene.bank()).read(id)
  } catch (error) {
    if (error instanceof UnlockUnavailable) return undefined
    throw error
  }
}

/** Whether the customer has just been told of the end of this request; notes it when not. */
export function toldAlready(scene: Scene, request: string): boolean {
  if (scene.state.told.includes(request)) return true
  scene.state.told = [...scene.state.told, request].slice(-20)
  return false
}

/** The run's request; when there is none and none can be made, why. */
async function openRequest(scene: Scene): Promise<WaitingFor | 'unavailable' | 'tooMany'> {
  const { locale } = scene.state
  const run = scene.state.run as Run
  const { request } = run
  if (request && !request.ended && Date.parse(request.expiresAt) > scene.now.getTime()) return request
  try {
    const { channel } = scene
    const wanted = { purpose: 'clear-user-suspension', locale, channel, customer: scene.customer() } as const
    const { id, bindingCode, expiresAt } = await (await scene.bank()).create(wanted, scene.id)
    run.request = { id, bindingCode, expiresAt }
    // Whoever went along with the request before this one does not know of it.
    delete run.isShared
    scene.requests.push(id)
    return run.request
  } catch (error) {
    if (error instanceof UnlockRefused) return 'tooMany'
    if (error instanceof UnlockUnavailable) return 'unavailable'
    throw error
  }
}

/** The run's link or guide number: the one that was shown, while it works, or a new one. */
function ticket(scene: Scene, run: Run, part: Part, request: WaitingFor, kind: 'link' | 'guide'): Ticket {
  const now = scene.now.getTime()
  const shown = request[kind]
  if (shown && shown.expiresAt > now + USABLE_MS) return shown
  const { draw } = scene.world
  const id = kind === 'link' ? draw.linkId() : draw.guideNumber()
  const expiresAt = Math.min(now + PASS_MS, Date.parse(request.expiresAt))
  request[kind] = { id, expiresAt }
  scene.passes.push({ id, flow: run.flow, step: part.id, request: request.id, expiresAt })
  return request[kind]
}

function spaced(number: string): string {
  return `${number.slice(0, 4)} ${number.slice(4)}`
}

function expiry(scene: Scene, at: number | undefined, request: WaitingFor): string {
  return clocks[scene.state.locale].format(new Date(at ?? request.expiresAt))
}

const clocks: Record<Locale, Intl.DateTimeFormat> = { ja: clock('ja'), en: clock('en') }

/** Made once: making one costs more than a whole turn. */
function clock(locale: Locale): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    timeZone: 'Asia/Tokyo',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  })
}
