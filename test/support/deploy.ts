import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** A copy of our content and words that a test may edit as a writer would. */
export class Deployment {
  readonly dir = mkdtempSync(join(tmpdir(), 'kaijo-content-'))
  readonly contentDir = join(this.dir, 'content')
  readonly localesDir = join(this.dir, 'locales')

  constructor() {
    cpSync(join(root, 'content'), this.contentDir, {
      recursive: true,
      filter: (file) => !file.endsWith('.ts'),
    })
    cpSync(join(root, 'locales'), this.localesDir, {
      recursive: true,
      filter: (file) => !file.endsWith('.ts'),
    })
  }

  /** Edits one file; fails when nothing changes, so that no test edits in vain. */
  edit(file: string, change: (text: string) => string): this {
    const path = join(this.dir, file)
    const before = readFileSync(path, 'utf8')
    const after = change(before)
    if (after === before)
      throw new Error(`The edit of ${file} changes nothing; look whether its text has moved.`)
    writeFileSync(path, after)
    return this
  }

  end(): void {
    rmSync(this.dir, { recursive: true })
  }
}

/** Cuts a block out of YAML: the line that begins with `from`, and everything indented deeper than it. */
export function without(yaml: string, from: string): string {
  const lines = yaml.split('\n')
  const at = lines.indexOf(from)
  if (at < 0) return yaml
  const depth = from.search(/\S/)
  const end = lines.findIndex((line, i) => i > at && line.trim() !== '' && line.search(/\S/) <= depth)
  return [...lines.slice(0, at), ...lines.slice(end)].join('\n')
}
