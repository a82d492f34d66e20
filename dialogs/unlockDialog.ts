import type { Locale } from '../locales/index.ts'
import { requestNumber, type UnlockRequest, UnlockUnavailable } from '../unlock/index.ts'
import { type Scene, say } from './scene.ts'
import type { Sheet } from './stepCard.ts'

/** What the card of a step shows of its deep link. */
export type LinkSheet = Pick<Sheet, 'link' | 'facts' | 'notes'>

/**
 * The deep link of the run's unlock request, made when there is none that still works.
 * Without the API the customer is told the way by hand: the steps need no link.
 */
export async function linkSheet(scene: Scene): Promise<LinkSheet> {
  const request = await openRequest(scene)
  scene.canRetryLink = !request
  if (!request) return { notes: [say(scene, 'bot:unlock.unavailable')] }
  const { links } = scene.world
  return {
    link: { title: say(scene, 'bot:unlock.open'), url: links.request(request.id) },
    facts: [
      { title: say(scene, 'bot:unlock.number'), value: requestNumber(request.id) },
      { title: say(scene, 'bot:unlock.code'), value: request.bindingCode },
      {
        title: say(scene, 'bot:unlock.expires'),
        value: say(scene, 'bot:unlock.expiresAt', { time: expiry(scene, request) }),
      },
    ],
    notes: [
      say(scene, 'bot:unlock.host', { host: links.host }),
      say(scene, 'bot:unlock.safety'),
      say(scene, 'bot:unlock.byHand'),
    ],
  }
}

/** How the run's unlock request stands at the bank now. */
export async function requestNow(scene: Scene): Promise<UnlockRequest['state'] | 'unreadable' | 'none'> {
  const waiting = scene.state.run?.request
  if (!waiting) return 'none'
  try {
    return (await scene.world.unlock.read(waiting.id)).state
  } catch (error) {
    if (error instanceof UnlockUnavailable) return 'unreadable'
    throw error
  }
}

/** Whether the customer has just been told of the end of this request; notes it when not. */
export function toldAlready(scene: Scene, request: string): boolean {
  if (scene.state.told.includes(request)) return true
  scene.state.told = [...scene.state.told, request].slice(-20)
  return false
}

async function openRequest(scene: Scene) {
  const { run, locale } = scene.state
  if (!run) return undefined
  if (run.request && Date.parse(run.request.expiresAt) > scene.now.getTime()) return run.request
  try {
    const wanted = { purpose: 'clear-user-suspension', locale, channel: scene.channel } as const
    const { id, bindingCode, expiresAt } = await scene.world.unlock.create(wanted, scene.id)
    run.request = { id, bindingCode, expiresAt }
    scene.requests.push(id)
    return run.request
  } catch (error) {
    if (error instanceof UnlockUnavailable) return undefined
    throw error
  }
}

// Making one takes longer than a whole turn.
const clocks = { ja: clockOf('ja'), en: clockOf('en') }

function clockOf(locale: Locale): Intl.DateTimeFormat {
  const format = { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit', hour12: false } as const
  return new Intl.DateTimeFormat(locale, format)
}

function expiry(scene: Scene, { expiresAt }: { expiresAt: string }): string {
  return clocks[scene.state.locale].format(new Date(expiresAt))
}
