import type { LineApi } from './lineApi.ts'

/** A customer's language, as their profile has it. */
export type AskLanguage = (user: string) => Promise<string>

/** When LINE is slow with one profile, the next customers do not wait for theirs for so long, in milliseconds. */
const rest = 30_000

/** Asks for profiles; never longer than a second, and `ja` when there is no answer. */
export function askLanguages(api: LineApi, now: () => number): AskLanguage {
  const asked = new Map<string, Promise<string>>()
  let restsUntil = 0

  async function ask(user: string): Promise<string> {
    const path = `/v2/bot/profile/${encodeURIComponent(user)}`
    const answer = await api.call({ method: 'GET', path, within: 1000 })
    if (typeof answer.status !== 'number' || answer.status >= 500) restsUntil = now() + rest
    const { language } = (('body' in answer && answer.body) || {}) as { language?: unknown }
    return typeof language === 'string' && /^[A-Za-z]{2,3}(-[A-Za-z]{1,8})*$/.test(language) ? language : 'ja'
  }

  return (user) => {
    // Two messages of one customer stay in order: the second waits for the same answer.
    const running = asked.get(user)
    if (running) return running
    if (now() < restsUntil) return Promise.resolve('ja')
    const answer = ask(user).finally(() => asked.delete(user))
    asked.set(user, answer)
    return answer
  }
}
