import type { Accepted, Counts, Inbound, Logged, Pass, Question, Turn } from './index.ts'
import {
  activityId,
  EVENTS_REMEMBERED_MS,
  erased,
  isSent,
  json,
  PASSES_REMEMBERED_MS,
  QUESTIONS_KEPT_MS,
  type Row,
  seqOf,
} from './rows.ts'
import type { SqliteDesk } from './sqliteDesk.ts'
import type { statements } from './sqliteStatements.ts'

const HOUR = 3600 * 1000
/** A commit waits some milliseconds for so many. */
const FORGOTTEN_AT_ONCE = 1000

type WithId = Logged['activity'] & { id: string }

/** Events and their turns: the part of the SQLite store that writes the log. Opens no transaction. */
export class SqliteTurns {
  readonly #now: () => number
  readonly #sql: ReturnType<typeof statements>
  readonly #desk: SqliteDesk
  #forgotAt = 0

  constructor(sql: ReturnType<typeof statements>, desk: SqliteDesk, now: () => number) {
    this.#sql = sql
    this.#desk = desk
    this.#now = now
  }

  /** Stores an event, unless it is known. */
  accept(inbound: Inbound): Accepted {
    const before = this.#sql.event.get(inbound.channel, inbound.eventId) as Row | undefined
    if (before) return { seen: true, activityId: before.activity_id as string }
    this.#sql.make.run(inbound.conversation, inbound.channel, this.#now())
    if (inbound.reference) this.#sql.refer.run(JSON.stringify(inbound.reference), inbound.conversation)
    let activity = inbound.activity
    if (inbound.logged) activity = this.#log(inbound.conversation, activity)
    const id = activity.id ?? inbound.eventId
    const { channel, eventId, conversation } = inbound
    this.#sql.keep.run(
      channel,
      eventId,
      conversation,
      id,
      JSON.stringify(activity),
      json(inbound.reply),
      this.#now(),
    )
    this.#forget()
    return { seen: false, activityId: id }
  }

  /** Everything a turn changes; gives what it has logged. */
  commit(turn: Turn): Logged[] | 'stale' | 'seen' {
    if (turn.isNew && this.#sql.event.get(turn.eventChannel, turn.eventId)) return 'seen'
    const now = this.#now()
    const { inbound, seq: before } = turn.accepts ?? {}
    const logged = inbound?.logged ? [inbound.activity, ...turn.said] : turn.said
    const state = json(turn.state as object | undefined)
    const advanced = this.#sql.advance.get(
      state,
      logged.length,
      turn.conversation,
      turn.version,
      before ?? null,
    )
    if (!advanced) return 'stale'
    const entries = this.#append(turn.conversation, advanced.seq as number, logged)
    const said = inbound?.logged ? entries.slice(1) : entries
    const sent = turn.sends ? said.filter(isSent) : []
    if (sent.length > 0)
      this.#sql.send.run(turn.conversation, turn.channel, JSON.stringify(sent), json(turn.reply))
    this.#desk.change(turn, now)
    for (const request of turn.requests) this.#sql.request.run(request, turn.conversation)
    for (const pass of turn.passes ?? []) this.#issue(pass)
    for (const inbound of turn.tells ?? []) this.accept(inbound)
    if (turn.question) this.#keepQuestion(turn.conversation, turn.question)
    if (turn.counts) this.#count(turn.channel, turn.counts)
    if (turn.isNew) this.#note(turn, said.at(-1)?.id ?? turn.eventId)
    else if (inbound) this.#noteArrival(inbound, inbound.logged ? entries[0]?.id : undefined)
    else this.#sql.applied.run(turn.eventChannel, turn.eventId)
    if (turn.unsays) this.unsay(turn.conversation, turn.unsays)
    return entries.map((activity) => ({
      seq: seqOf(activity.id),
      activity: activity.id === turn.unsays ? erased(activity) : activity,
    }))
  }

  /** Takes the words out of an activity, and out of its event when that waits for its turn. */
  unsay(conversation: string, activityId: string): void {
    const seq = seqOf(activityId)
    const row = this.#sql.logged.get(conversation, seq) as Row | undefined
    if (!row) return
    const bare = erased(JSON.parse(row.activity as string))
    this.#sql.rewrite.run(JSON.stringify(bare), conversation, seq)
    const gone = { type: 'messageDelete', id: activityId }
    this.#sql.unsay.run(JSON.stringify(gone), conversation, activityId)
  }

  /** An event that nobody accepted before its turn: known from now on, and never waiting. */
  #note(
    { eventChannel, eventId, conversation }: Pick<Turn, 'eventChannel' | 'eventId' | 'conversation'>,
    activityId: string,
  ): void {
    const now = this.#now()
    this.#sql.touch.run(now, conversation, now)
    this.#sql.keep.run(eventChannel, eventId, conversation, activityId, null, null, now)
    this.#forget()
  }

  #noteArrival({ channel, eventId, conversation, activity, reference }: Inbound, loggedAs?: string): void {
    if (reference) this.#sql.refer.run(JSON.stringify(reference), conversation)
    this.#note({ eventChannel: channel, eventId, conversation }, loggedAs ?? activity.id ?? eventId)
  }

  #issue({ id, flow, step, request, expiresAt }: Pass): void {
    const now = this.#now()
    this.#sql.forgetPasses.run(now - PASSES_REMEMBERED_MS)
    this.#sql.issue.run(id, flow, step, request, expiresAt)
  }

  #keepQuestion(conversation: string, { text, locale, kind }: Question): void {
    const now = this.#now()
    if (text && !kind) this.#sql.ask.run(conversation, text, locale, now)
    if (text && kind) this.#sql.keepQuestion.run(text, locale, kind, now)
    if (!text && kind) this.#sql.keepAsked.run(kind, conversation)
    if (kind) this.#sql.forgetAsked.run(conversation)
  }

  #count(channel: string, { day, of }: Counts): void {
    for (const { flow, step, what, detail } of of) this.#sql.count.run(day, channel, flow, step, what, detail)
  }

  #log(conversation: string, activity: Logged['activity']): WithId {
    const { seq } = this.#sql.nextSeq.get(conversation) as { seq: number }
    return this.#append(conversation, seq, [activity])[0] as WithId
  }

  /** Puts activities at the end of a log, which has room for them up to `last`. */
  #append(conversation: string, last: number, activities: readonly Logged['activity'][]): WithId[] {
    return activities.map((activity, index) => {
      const seq = last - activities.length + 1 + index
      const logged = { ...activity, id: activityId(conversation, seq) }
      this.#sql.append.run(conversation, seq, JSON.stringify(logged))
      return logged
    })
  }

  /** Once an hour, so that the inbox stays bounded without a timer; what is too much for one commit goes a second later. */
  #forget(): void {
    const now = this.#now()
    if (now - this.#forgotAt < HOUR) return
    const { changes } = this.#sql.forget.run(now - EVENTS_REMEMBERED_MS, FORGOTTEN_AT_ONCE)
    this.#forgotAt = changes < FORGOTTEN_AT_ONCE ? now : now - HOUR + 1000
    this.#sql.purgeAsked.run(now - QUESTIONS_KEPT_MS)
    this.#sql.purgeQuestions.run(now - QUESTIONS_KEPT_MS)
  }
}
