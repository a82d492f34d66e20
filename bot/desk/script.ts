import type { AgentLines, Content, DeskContent, Flow, Outcome, Part, Step } from '../../content/index.ts'
import { missingOn, type State, troublePlace } from '../../dialogs/index.ts'
import type { Locale, Words } from '../../locales/index.ts'
import type { Script, ScriptChoice, ScriptOutcome, Trail } from './scriptShape.ts'

export type * from './scriptShape.ts'

/** What a script is read from: one version of everything. */
export interface ScriptSource {
  content: Content
  desk: DeskContent
  words: Pick<Words, 't'>
  /** The page on which a customer types a guide number in. */
  help?: string
}

/** Whose language is spoken, and whose read. */
export interface ScriptLocales {
  agentLocale: Locale
  customerLocale: Locale
}

/** The script at the step where a conversation stands; undefined when no flow, and nothing else, is open. */
export function scriptOf(source: ScriptSource, state: State, locales: ScriptLocales): Script | undefined {
  return new Reader(source, state, locales).script()
}

/** The way so far. */
export function trailOf(source: ScriptSource, state: State, locale: Locale): Trail[] {
  const { words, content } = source
  const flow = content.flows.get(state.run?.flow ?? '')
  return (state.run?.path ?? []).flatMap(({ step: id, answer }) => {
    const step = flow?.steps.get(id)
    if (!step) return []
    const choice = step.choices.find((one) => one.id === answer)
    return [
      {
        step: id,
        title: shortTitle(words, step, locale),
        ...(choice && { answer: words.t(locale, choice.say) }),
      },
    ]
  })
}

function shortTitle(words: ScriptSource['words'], step: Step, locale: Locale): string {
  if (step.kind === 'item') return words.t(locale, step.name)
  if (step.kind !== 'part') return words.t(locale, step.ask)
  const { number, total } = step
  return words.t(locale, 'bot:step.progress', { number, total })
}

class Reader {
  readonly #source: ScriptSource
  readonly #state: State
  readonly #locales: ScriptLocales
  readonly #flow: Flow | undefined

  constructor(source: ScriptSource, state: State, locales: ScriptLocales) {
    this.#source = source
    this.#state = state
    this.#locales = locales
    this.#flow = source.content.flows.get(state.run?.flow ?? '')
  }

  script(): Script | undefined {
    const active = this.#state.stack.at(-1)
    const flow = this.#flow
    const options = (active?.state.options ?? {}) as Record<string, string | string[]>
    const onStep =
      flow && active?.id.startsWith(`${flow.id}/`) && flow.steps.get(active.id.slice(flow.id.length + 1))
    if (flow && onStep) return this.#step(flow, onStep)
    const troubled = active?.id === 'trouble' ? flow?.steps.get(String(options.step)) : undefined
    if (flow && troubled?.kind === 'part') return this.#trouble(flow, troubled)
    if (active?.id === 'faq') return this.#helped(String(options.id))
    if (active?.id === 'suggest') return this.#suggest(options.ids as string[])
    if (active?.id === 'handoff')
      return this.#plain('bot:handoff.title', [['continue', 'bot:handoff.continue']])
    const outcome = flow?.outcomes.get(this.#state.run?.outcome ?? '')
    return flow && outcome && this.#outcome(flow, outcome)
  }

  #step(flow: Flow, step: Step): Script {
    const lines = this.#linesAt(step)
    const choices = this.#choices(step.choices)
    const say = this.#sayings(step)
    return {
      ...this.#common(`${flow.id}/${step.id}`, lines),
      kind: step.kind,
      flow: flow.id,
      step: step.id,
      ...this.#progress(step),
      title: this.#toAgent(step.kind === 'part' ? step.title : flow.title),
      say: say.map(({ key, mark }) => mark + this.#toCustomer(key)).join('\n'),
      agentSay: say.map(({ key, mark }) => mark + this.#toAgent(key)).join('\n'),
      read: this.#read(step, lines),
      choices,
      ...(step.kind === 'part' && this.#partOf(step, choices.length)),
    }
  }

  #partOf(part: Part, keys: number): Pick<Script, 'symptoms' | 'table' | 'guide'> {
    const guide = this.#guide(part)
    const customer = (key: string) => this.#toCustomer(key)
    const symptoms = part.symptoms.map((symptom, at) => ({
      ...this.#choice(symptom, keys + at),
      ...(symptom.hint && { hint: customer(symptom.hint) }),
    }))
    const { table } = part
    return {
      symptoms,
      ...(table && {
        table: { columns: table.columns.map(customer), rows: table.rows.map((row) => row.map(customer)) },
      }),
      ...(guide && { guide }),
    }
  }

  #trouble(flow: Flow, part: Part): Script {
    const none = { id: 'none', say: 'bot:trouble.none' }
    return {
      ...this.#plain('bot:trouble.ask', []),
      at: { run: this.#state.run?.id ?? '', step: troublePlace(part.id) },
      flow: flow.id,
      step: part.id,
      ...this.#progress(part),
      title: this.#toAgent(part.title),
      choices: this.#choices([...part.symptoms, none]),
    }
  }

  /** Whether an answer has helped; what it answers is what the call is about. */
  #helped(id: string): Script {
    const entry = this.#source.content.faq.get(id)
    const plain = this.#plain('bot:faq.helped', [
      ['yes', 'bot:faq.yes'],
      ['no', 'bot:faq.no'],
    ])
    return entry ? { ...plain, title: this.#toAgent(entry.question) } : plain
  }

  #suggest(ids: string[]): Script {
    const { faq } = this.#source.content
    const entries = ids.flatMap((id): [string, string][] => {
      const entry = faq.get(id)
      return entry ? [[id, entry.label ?? entry.question]] : []
    })
    return this.#plain('bot:faq.suggest', [...entries, ['none', 'bot:faq.none']])
  }

  /** A question of the bot itself. */
  #plain(ask: string, choices: [id: string, say: string][]): Script {
    const flow = this.#flow
    return {
      ...this.#common(this.#state.stack.at(-1)?.id ?? '', {}),
      kind: 'plain',
      title: flow ? this.#toAgent(flow.title) : '',
      say: this.#toCustomer(ask),
      agentSay: this.#toAgent(ask),
      read: this.#toCustomer(ask),
      choices: this.#choices(choices.map(([id, say]) => ({ id, say }))),
    }
  }

  #outcome(flow: Flow, outcome: Outcome): Script {
    const lines = this.#source.desk.lines.get(`${flow.id}.outcomes.${outcome.id}`) ?? {}
    const { missing, forms } = this.#demands(flow, outcome)
    const text = this.#toCustomer(outcome.text)
    return {
      ...this.#common(`${flow.id}/${outcome.id}`, lines),
      kind: 'outcome',
      flow: flow.id,
      step: outcome.id,
      title: this.#toAgent(outcome.title),
      say: text,
      agentSay: this.#toAgent(outcome.text),
      read: lines.read?.[this.#locales.customerLocale] ?? text,
      choices: [],
      outcome: {
        id: outcome.id,
        title: this.#toCustomer(outcome.title),
        text,
        missing,
        forms,
        ...(outcome.after && { after: this.#toCustomer(outcome.after) }),
      },
    }
  }

  /** What is missing and every form that goes with it, as the bot lists them. */
  #demands(flow: Flow, outcome: Outcome): Pick<ScriptOutcome, 'missing' | 'forms'> {
    const missing = outcome.missing ? missingOn(flow, this.#state.run?.path ?? []) : []
    const forms = new Set([...outcome.forms, ...missing.flatMap(({ form }) => form ?? [])])
    return {
      missing: missing.map(({ what, note }) => ({
        what: this.#toCustomer(what),
        ...(note && { note: this.#toCustomer(note) }),
      })),
      forms: [...forms].map((form) => this.#toCustomer(`bot:outcome.form.${form}`)),
    }
  }

  #common(step: string, { verify, note }: AgentLines) {
    const { agentLocale } = this.#locales
    return {
      at: { run: this.#state.run?.id ?? '', step },
      ...(verify && { verify: verify[agentLocale] }),
      notes: note ? [note[agentLocale]] : [],
      symptoms: [],
      version: this.#source.content.version,
    }
  }

  #progress(step: Step): Pick<Script, 'progress'> {
    if (step.kind !== 'part' && step.kind !== 'item') return {}
    const { number, total } = step
    const key = step.kind === 'item' ? 'bot:step.item' : 'bot:step.progress'
    const label = this.#source.words.t(this.#locales.agentLocale, key, { number, total })
    return { progress: { number, total, label } }
  }

  /** The keys of what the bot says at a step, in its order, and the mark before the items of a list. */
  #sayings(step: Step): { key: string; mark: string }[] {
    const intro = step.kind === 'item' || (step.kind === 'part' && step.number === 1) ? step.intro : undefined
    const items = step.kind === 'overview' ? step.items : []
    const plain = (key: string | undefined) => (key === undefined ? [] : [{ key, mark: '' }])
    const listed = items.map((key) => ({ key, mark: '・' }))
    return [...plain(intro), ...plain(step.ask), ...listed, ...plain(step.note)]
  }

  /** Where a writer wrote no line to read, what the chat shows is read. */
  #read(step: Step, { read }: AgentLines): string {
    const { customerLocale } = this.#locales
    const heading =
      step.kind === 'item' && step.intro ? this.#headingOf(step.intro).read?.[customerLocale] : undefined
    const before = heading ?? ('intro' in step && step.intro ? this.#toCustomer(step.intro) : '')
    return [before, read?.[customerLocale] ?? this.#toCustomer(step.ask)].filter(Boolean).join('\n')
  }

  /** The lines of a step stand where its words stand: a part that says what another says has that one's lines. */
  #linesAt(step: Step): AgentLines {
    const own = this.#headingOf(step.ask)
    const heading = step.kind === 'item' && step.intro ? this.#headingOf(step.intro) : {}
    return {
      ...(heading.note && { note: heading.note }),
      ...(heading.verify && { verify: heading.verify }),
      ...own,
    }
  }

  #headingOf(key: string): AgentLines {
    return this.#source.desk.lines.get(key.slice('flows:'.length, key.lastIndexOf('.'))) ?? {}
  }

  #guide({ link }: Part): Script['guide'] {
    const request = this.#state.run?.request
    if (!link || !request?.guide) return undefined
    const { id } = request.guide
    return {
      number: `${id.slice(0, 4)} ${id.slice(4)}`,
      page: this.#source.help ?? '',
      code: request.bindingCode,
    }
  }

  #choices(choices: { id: string; say: string }[]): ScriptChoice[] {
    return choices.map((choice, at) => this.#choice(choice, at))
  }

  #choice({ id, say }: { id: string; say: string }, at: number): ScriptChoice {
    const key = at < 9 ? { key: String(at + 1) } : {}
    return { id, say: this.#toCustomer(say), agentSay: this.#toAgent(say), ...key }
  }

  #toCustomer(key: string): string {
    return this.#source.words.t(this.#locales.customerLocale, key)
  }

  #toAgent(key: string): string {
    return this.#source.words.t(this.#locales.agentLocale, key)
  }
}
