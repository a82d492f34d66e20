import type { BankProfile } from './bank.ts'
import type { Place } from './finding.ts'
import { readFileId } from './flowReader.ts'
import type { Reading } from './reading.ts'
import { Section } from './section.ts'
import type { Source } from './source.ts'
import { readSupport } from './supportReader.ts'

/** A bank's profile as it was read, and where its list of forms, and each form in it, stands. */
export interface BankDraft {
  profile: BankProfile
  place: Place
  forms: Map<string, Place>
}

/** Reads one file of `content/banks`. */
export function readBank(source: Source, reading: Reading): BankDraft | undefined {
  const section = Section.ofFile(source, reading.report)?.expect(
    ['id', 'name', 'service', 'code', 'forms'],
    ['support'],
  )
  if (!section) return undefined
  const id = readFileId(section, source.file, reading)
  const code = section.text('code')
  if (code && !/^[0-9]{4}$/.test(code.text)) reading.report.add('bad-code', code.place, { name: code.text })
  const named = section.map('forms')
  const forms: Record<string, string> = {}
  const places = new Map<string, Place>()
  for (const form of named?.keys() ?? []) {
    if (!/^[a-z][A-Za-z]*$/.test(form))
      reading.report.add('bad-form-key', named?.at(form) ?? section.place, { name: form })
    places.set(form, named?.at(form) ?? section.place)
    const printed = named?.text(form)
    if (printed) forms[form] = printed.text
  }
  const texts = { name: section.text('name')?.text ?? '', service: section.text('service')?.text ?? '' }
  const support = section.map('support')
  return {
    profile: {
      id,
      ...texts,
      code: code?.text ?? '',
      forms,
      ...(support && { support: readSupport(support, reading.report) }),
    },
    place: section.at('forms'),
    forms: places,
  }
}
