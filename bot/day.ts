const dates = new Map<string, Intl.DateTimeFormat>()

/** The day at a moment (milliseconds since 1970) as a clock of that timezone has it: `2026-11-23`. */
export function dayOf(at: number, timeZone: string): string {
  let date = dates.get(timeZone)
  if (!date) {
    // Made once: making one costs more than a whole turn. Sweden writes dates as ISO 8601 does.
    date = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    dates.set(timeZone, date)
  }
  return date.format(at)
}

/** The same, for a clock that is looked at all the time: the day of a minute is found once. */
export function calendar(timeZone: () => string): (at: number) => string {
  let known: { minute: number; zone: string; day: string } | undefined
  return (at) => {
    const zone = timeZone()
    const minute = Math.floor(at / 60_000)
    if (known?.minute !== minute || known.zone !== zone) known = { minute, zone, day: dayOf(at, zone) }
    return known.day
  }
}
