import { days, defaultSupport, type Support } from '../../content/index.ts'
import type { DeskNow } from '../../dialogs/index.ts'
import type { Conversation, Store } from '../store/index.ts'
import type { Presence } from './presence.ts'

/** What says whether the desk is open; `support` is asked anew each time, as content changes. */
export interface DeskParts {
  store: Store
  presence: Presence
  support: () => Support | undefined
  now: () => number
}

/** Whether people answer at this moment. */
export function isWithinHours({ hours, closed, timezone }: Support, at: number): boolean {
  const { day, date, minute } = localTime(timezone, at)
  if (closed.includes(date)) return false
  return (
    hours.length === 0 ||
    hours.some((some) => some.days.includes(day) && some.from <= minute && minute < some.to)
  )
}

/** The desk as this conversation finds it; agents on the phone ask it for nobody. */
export function deskNow(
  { store, presence, support, now }: DeskParts,
  { channel, queuedAt }: Pick<Conversation, 'channel' | 'queuedAt'>,
): DeskNow | undefined {
  if (channel === 'phone') return undefined
  const ahead = () => store.queueLength(queuedAt ?? undefined)
  if (!isWithinHours(support() ?? defaultSupport, now())) return { isOpen: false, why: 'hours', ahead }
  if (presence.all().length === 0) return { isOpen: false, why: 'absent', ahead }
  return { isOpen: true, ahead }
}

const clocks = new Map<string, Intl.DateTimeFormat>()

interface LocalTime {
  day: (typeof days)[number]
  date: string
  minute: number
}

/** The last minute that each clock showed: every turn looks at it. */
const shown = new Map<string, { minute: number; time: LocalTime }>()

function localTime(timeZone: string, at: number): LocalTime {
  const minute = Math.floor(at / 60_000)
  const last = shown.get(timeZone)
  if (last?.minute === minute) return last.time
  const time = readClock(timeZone, at)
  shown.set(timeZone, { minute, time })
  return time
}

function readClock(timeZone: string, at: number): LocalTime {
  let clock = clocks.get(timeZone)
  if (!clock) {
    // Made once: making one costs more than a whole turn.
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short' } as const
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    clock = new Intl.DateTimeFormat('en-US', { timeZone, ...parts, ...time })
    clocks.set(timeZone, clock)
  }
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    day: days.find((day) => day === part.weekday?.toLowerCase()) as (typeof days)[number],
    date: `${part.year}-${part.month}-${part.day}`,
    minute: Number(part.hour) * 60 + Number(part.minute),
  }
}
