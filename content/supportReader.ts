import { type Day, days, defaultSupport, type Hours, type Support } from './bank.ts'
import type { Report } from './report.ts'
import type { Placed, Section } from './section.ts'

/** Longer than this nobody waits in a chat. */
const mostMinutes = 240

/** Reads when people answer in the chat, from a bank's file. */
export function readSupport(section: Section, report: Report): Support {
  section.expect([], ['hours', 'closed', 'timezone', 'waitMinutes'])
  const closed = section.texts('closed').filter((date) => isDate(date, report))
  return {
    hours: section.maps('hours').flatMap((some) => readHours(some, report) ?? []),
    closed: closed.map(({ text }) => text),
    timezone: readTimezone(section, report),
    waitMinutes: section.count('waitMinutes', mostMinutes) ?? defaultSupport.waitMinutes,
  }
}

function readHours(section: Section, report: Report): Hours | undefined {
  section.expect(['days', 'from', 'to'])
  const named = section.texts('days').filter(({ text, place }) => {
    if (days.includes(text as Day)) return true
    report.add('bad-day', place, { name: text, known: days.join(', ') })
    return false
  })
  const from = readTime(section.text('from'), report)
  const to = readTime(section.text('to'), report)
  if (from === undefined || to === undefined) return undefined
  if (from >= to) report.add('bad-hours', section.at('to'), { from: clock(from), to: clock(to) })
  return { days: named.map(({ text }) => text as Day), from, to }
}

/** In minutes since midnight; 24:00 is the end of the day. */
function readTime(time: Placed | undefined, report: Report): number | undefined {
  if (!time) return undefined
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(time.text) ?? []
  const minutes = Number(hour) * 60 + Number(minute)
  if (Number(minute) < 60 && minutes <= 24 * 60) return minutes
  report.add('bad-time', time.place, { name: time.text })
  return undefined
}

function clock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}

function isDate({ text, place }: Placed, report: Report): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text))
    return true
  report.add('bad-date', place, { name: text })
  return false
}

function readTimezone(section: Section, report: Report): string {
  const zone = section.text('timezone')
  if (!zone) return defaultSupport.timezone
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone.text })
    return zone.text
  } catch {
    report.add('bad-timezone', zone.place, { name: zone.text })
    return defaultSupport.timezone
  }
}
