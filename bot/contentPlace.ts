import { join } from 'node:path'
import { type Content, type DeskContent, type Finding, loadContent } from '../content/index.ts'

/** Where the content is. */
export interface LivePlace {
  contentDir: string
  localesDir: string
  bank: string
}

/** The content cannot be used at all; carries every finding. */
export class ContentError extends Error {
  override readonly name = 'ContentError'
  readonly findings: Finding[]

  constructor(findings: Finding[]) {
    super(
      findings
        .map(({ file, line, column, what, mend }) => `${file}:${line}:${column}  ${what}  ${mend}`)
        .join('\n'),
    )
    this.findings = findings
  }
}

/** Reads the content for the start. Throws ContentError when it cannot be used. */
export function firstContent(place: LivePlace): Content {
  return firstLoaded(place).first
}

/** The same, with what only agents see of it. */
export function firstLoaded(place: LivePlace): { first: Content; firstDesk: DeskContent } {
  const { content, desk, findings } = loadContent(folders(place))
  if (!content || !desk) throw new ContentError(findings)
  return { first: content, firstDesk: desk }
}

/** The same, as the content is read. */
export function folders({ contentDir, localesDir, bank }: LivePlace) {
  return { dir: contentDir, localesDir, bank }
}

/** The words' folder that belongs to a content folder: its sister. */
export function localesBeside(contentDir: string): string {
  return join(contentDir, '..', 'locales')
}
