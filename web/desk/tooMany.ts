/** Too many wrong tries, and how long it takes until the next is looked at: minutes, or hours when there are many. */
export function tooMany(
  { t }: { t(key: string, values?: Record<string, number | string>): string },
  { seconds = 15 * 60 }: { seconds?: number | undefined },
): string {
  const minutes = Math.ceil(seconds / 60)
  if (minutes <= 1) return t('logon.tooManyMinute')
  if (minutes < 120) return t('logon.tooMany', { minutes })
  return t('logon.tooManyHours', { hours: Math.ceil(minutes / 60) })
}
