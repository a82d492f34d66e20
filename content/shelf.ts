import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Report } from './report.ts'
import type { Source } from './source.ts'
import { mostBytes, readSource, refuseBig } from './source.ts'

/** The writers' files on disk. */
export interface Shelf {
  /** The YAML files of a folder by name, in order; a file that cannot be read is there, but undefined. */
  folder(dir: string): Map<string, Source | undefined>
  /** One file; undefined when it cannot be read. */
  file(path: string): Source | undefined
  /** How the files are called in findings. */
  nameOf(path: string): string
  /** Of all that has been read so far. */
  hash(): string
}

/** `root` is the folder that the names of files in findings start from. */
export function openShelf(root: string, report: Report): Shelf {
  const hash = createHash('sha256')
  const nameOf = (path: string) => {
    const name = relative(root, path)
    return name.startsWith('..') ? path : name
  }
  const file = (path: string) => {
    const { size } = statSync(path)
    hash.update(`${nameOf(path)}\n${size}\n`)
    if (size > mostBytes) return refuseBig(nameOf(path), size, report)
    const bytes = readFileSync(path)
    hash.update(bytes)
    return readSource(nameOf(path), bytes, report)
  }
  return {
    nameOf,
    file,
    folder(dir) {
      const names = existsSync(dir) ? readdirSync(dir).filter((name) => /^[^.].*\.ya?ml$/.test(name)) : []
      return new Map(names.sort().map((name) => [name.replace(/\.ya?ml$/, ''), file(join(dir, name))]))
    },
    hash: () => hash.copy().digest('hex').slice(0, 16),
  }
}
