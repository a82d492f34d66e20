import { form } from './form.ts'
import type { Mistake } from './mistake.ts'
import { references } from './references.ts'
import { search } from './search.ts'
import { texts } from './texts.ts'
import { translations } from './translations.ts'
import { ways } from './ways.ts'
import { yaml } from './yaml.ts'

export type { Mistake } from './mistake.ts'

/** Every kind of mistake, at the place where a writer would make it. */
export const mistakes: Mistake[] = [
  ...yaml,
  ...search,
  ...form,
  ...ways,
  ...references,
  ...texts,
  ...translations,
]
