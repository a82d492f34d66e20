import type { FormKey } from './flow.ts'

/** What differs from bank to bank; everything else is shared. */
export interface BankProfile {
  id: string
  name: string
  /** The internet banking service's name. */
  service: string
  /** The bank's own four digits, the end of every certificate's name. */
  code: string
  /** The forms' names exactly as printed. */
  forms: Record<FormKey, string>
  /** When people answer in the chat. Absent: whenever somebody is at the desk. */
  support?: Support
}

/** When people answer in the chat. */
export interface Support {
  /** Without any: at all hours. */
  hours: Hours[]
  /** Days without support whatever the weekday, as `YYYY-MM-DD`. */
  closed: string[]
  /** An IANA name; the hours are meant there. */
  timezone: string
  /** How long a customer waits for somebody before the bot goes on, in minutes. */
  waitMinutes: number
}

/** The days of the week, as writers name them. */
export const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Day = (typeof days)[number]

/** Some days of the week, from one minute of the day up to another (24:00 is 1440). */
export interface Hours {
  days: Day[]
  from: number
  to: number
}

/** What holds for a bank that says nothing of it. */
export const defaultSupport: Support = { hours: [], closed: [], timezone: 'Asia/Tokyo', waitMinutes: 10 }
