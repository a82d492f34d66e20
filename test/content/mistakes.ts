import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** One slip of a writer's pen in `sample/`, as mistakes.yaml explains it. */
export interface Mistake {
  name: string
  rule: string
  file: string
  from?: string
  to: string
  also?: { file: string; from: string; to: string }
  at?: [file: string, text: string]
  mend: RegExp
}

type Written = Omit<Mistake, 'mend'> & { mend: string; fill?: { with: string; times: number } }

/** Every kind of mistake, at the place where a writer would make it. */
export const mistakes: Mistake[] = readWritten().map(({ mend, fill, to, ...mistake }) => ({
  ...mistake,
  to: fill ? to.replace('…', fill.with.repeat(fill.times)) : to,
  mend: new RegExp(mend),
}))

function readWritten(): Written[] {
  const file = new URL('mistakes.yaml', import.meta.url)
  return Object.values(parse(readFileSync(file, 'utf8')) as Record<string, Written[]>).flat()
}
