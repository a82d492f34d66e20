import type { Activity } from 'botbuilder-core'
import type { Logged, Store } from './store/index.ts'

/** How many of the newest activities before a handoff go along with it; the log has the rest. */
const mostTranscript = 100

/**
 * Gives each `handoff.initiate` of a part of a log the transcript that Bot Framework's protocol wants with it
 * (https://learn.microsoft.com/azure/bot-service/bot-service-design-pattern-handoff-human). It is made anew at each
 * reading and stored nowhere: what a customer has taken back must not stay in a copy.
 */
export async function withTranscripts(
  store: Pick<Store, 'activities'>,
  conversation: string,
  entries: readonly Logged[],
): Promise<Logged[]> {
  const whole: Logged[] = []
  for (const { seq, activity } of entries) {
    const isHandoff = activity.name === 'handoff.initiate'
    whole.push({
      seq,
      activity: isHandoff ? await withTranscript(store, conversation, seq, activity) : activity,
    })
  }
  return whole
}

async function withTranscript(
  store: Pick<Store, 'activities'>,
  conversation: string,
  seq: number,
  activity: Partial<Activity>,
): Promise<Partial<Activity>> {
  const from = Math.max(0, seq - 1 - mostTranscript)
  const before = await store.activities(conversation, from, seq - 1 - from)
  const activities = before.filter((one) => one.activity.type === 'message').map((one) => bare(one.activity))
  const attachment = { contentType: 'application/json', name: 'Transcript', content: { activities } }
  return { ...activity, attachments: [attachment] }
}

function bare({ type, id, from, text, timestamp }: Partial<Activity>) {
  return { type, id, from: { id: from?.id ?? '', role: from?.role ?? 'user' }, text, timestamp }
}
