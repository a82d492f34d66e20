import { existsSync, readdirSync } from 'node:fs'
import type { BankDraft } from './bankReader.ts'
import type { FaqDraft } from './faqReader.ts'
import type { FlowDraft } from './flowReader.ts'
import { nearest } from './nearest.ts'
import type { Reading } from './reading.ts'
import { checkName } from './reading.ts'
import { variablesIn } from './textRules.ts'

/** Checks that every picture that is mentioned lies in the folder. */
export function checkPictures(folder: string, { pictures, report }: Reading): void {
  const files = existsSync(folder) ? readdirSync(folder).sort() : []
  for (const { name, place } of pictures) {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*\.svg$/.test(name)) report.add('bad-picture', place, { name })
    else if (!files.includes(name)) {
      report.add('missing-picture', place, { name, near: nearest(name, files), known: files.join(', ') })
    }
  }
}

/** Checks that every form that is mentioned has a name in every bank. */
export function checkForms(banks: Iterable<BankDraft>, reading: Reading): void {
  const all = [...banks]
  const known = new Set(all.flatMap((bank) => [...bank.forms.keys()]))
  const needed = new Set<string>()
  for (const { name, place } of reading.forms) {
    if (checkName(reading, 'unknown-form', name, known, place)) needed.add(name)
  }
  const variables = [...reading.sentences.values()].flatMap(({ text }) => variablesIn(text))
  for (const name of variables)
    if (name.startsWith('bank.forms.')) needed.add(name.slice('bank.forms.'.length))
  for (const bank of all) {
    const spare = [...bank.forms.keys()].filter((form) => !needed.has(form))
    for (const form of needed) {
      if (!known.has(form) || bank.forms.has(form)) continue
      const near = nearest(form, spare)
      reading.report.add('missing-form', (near && bank.forms.get(near)) || bank.place, { wanted: form, near })
    }
  }
}

/** Checks that what an answer starts is there. */
export function checkStarts(
  answers: Iterable<FaqDraft>,
  flows: Map<string, FlowDraft>,
  reading: Reading,
): void {
  for (const { entry, starts } of answers) {
    if (!entry.starts || !starts) continue
    if (!checkName(reading, 'unknown-flow', entry.starts.flow, flows.keys(), starts.flow)) continue
    const flow = flows.get(entry.starts.flow)?.flow
    for (const [name, place] of starts.given) {
      const asked = new Map([...(flow?.steps ?? [])].filter(([, step]) => step.kind !== 'part'))
      const chosen = entry.starts.given[name] ?? ''
      const choices = asked.get(name)?.choices.map((choice) => choice.id)
      const step = { flow: flow?.id, step: name }
      if (!choices) checkGiven(reading, 'unknown-given-step', name, asked.keys(), place.step, step)
      else if (choices.length > 0)
        checkGiven(reading, 'unknown-given-choice', chosen, choices, place.choice, step)
    }
  }
}

function checkGiven(
  reading: Reading,
  rule: string,
  name: string,
  names: Iterable<string>,
  place: FaqDraft['place'],
  values: Record<string, string | undefined>,
): void {
  const known = [...names]
  if (known.includes(name)) return
  reading.report.add(rule, place, { ...values, name, near: nearest(name, known), known: known.join(', ') })
}
