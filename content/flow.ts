/** A sentence's i18next key, e.g. `flows:service-suspended.role.ask`: where the sentence stands is its name. */
export type Text = string

/** Where a step leads: the id of a step (`role`), of a part of one (`unlock/release`), or of an outcome (`forms`). */
export type Next = string

/** A form's name in the bank profile, e.g. `cardReissue`. */
export type FormKey = string

/** One guided conversation, as the writer's file says it, with every sentence replaced by its key. */
export interface Flow {
  id: string
  title: Text
  start: string
  /** In the order the writer gave them; parts of checklists and procedures under `step/part`. */
  steps: Map<string, Step>
  outcomes: Map<string, Outcome>
}

/** What the conversation stands on: one question, checklist overview, checklist item, procedure part or wait. */
export type Step = Question | Overview | Item | Part | Await

interface Asked {
  /** `role`, `at-hand/card`, `unlock/open`: stable, and what is persisted. */
  id: string
  ask: Text
  note?: Text
  image?: Picture
  /** What to say to "I am not sure". */
  unsure?: Text
  choices: Choice[]
}

/** A question with choices. */
export interface Question extends Asked {
  kind: 'question'
  /** Digits typed here are an answer and not a secret. */
  expects?: 'digits'
}

/** The head of a checklist: says what is needed; its choices are `all` and `each`. */
export interface Overview extends Asked {
  kind: 'overview'
  items: Text[]
}

/** One thing that must be at hand. */
export interface Item extends Asked {
  kind: 'item'
  /** The checklist's id and this item's place in it. */
  checklist: string
  number: number
  total: number
  name: Text
  /** The checklist's own sentence, on the first item of a checklist that has no overview to say it. */
  intro?: Text
  /** Where the last item leads when nothing is missing, and when something is. */
  complete: Next
  missing: Next
}

/** One numbered instruction of a procedure; its only choice is `done`. */
export interface Part extends Asked {
  kind: 'part'
  procedure: string
  title: Text
  /** Said before the first part only. */
  intro?: Text
  number: number
  total: number
  device: 'any' | 'phone' | 'pc-cert'
  /** On the first part: the deep link that goes with the procedure. */
  link?: 'unlock'
  table?: { columns: Text[]; rows: Text[][] }
  symptoms: Symptom[]
}

/** Waits for an outside confirmation; leads to `cleared` by itself when it comes. */
export interface Await extends Asked {
  kind: 'await'
  waitsFor: 'unlock'
  cleared: Next
}

/** One answer a customer can press; followed by its id, never by its text. */
export interface Choice {
  id: string
  say: Text
  /** Other ways to say it, by locale. */
  phrases: Record<string, string[]>
  /** For an item: what is missing when this is chosen. */
  missing?: Missing
  next: Next
}

/** One way in which a part does not work: a hint and back to the part, or another step. */
export interface Symptom {
  id: string
  say: Text
  phrases: Record<string, string[]>
  hint?: Text
  next?: Next
}

/** A thing that is not at hand, and what to hand in instead. */
export interface Missing {
  what: Text
  form?: FormKey
  note?: Text
}

/** A picture of `content/pictures`, never without words for those who cannot see it. */
export interface Picture {
  file: string
  alt: Text
}

/** Where a flow ends. */
export interface Outcome {
  id: string
  title: Text
  text: Text
  after?: Text
  forms: FormKey[]
  /** Lists what the checklists found missing, with every form. */
  missing: boolean
  /** Offers a person. */
  person: boolean
  /** Reached only when the unlock API has confirmed it. */
  confirmed?: 'unlock'
}
