import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Report } from './report.ts'
import type { Source } from './source.ts'
import { readSource } from './source.ts'

/** The writers' files on disk. */
export interface Shelf {
  /** The YAML files of a folder by name, in order; a file that cannot be read is there, but undefined. */
  folder(dir: string): Map<string, Source | undefined>
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
  return {
    nameOf,
    folder(dir) {
      const names = existsSync(dir) ? readdirSync(dir).filter((name) => /^[^.].*\.ya?ml$/.test(name)) : []
      const sources = new Map<string, Source | undefined>()
      for (const name of names.sort()) {
        const bytes = readFileSync(join(dir, name))
        hash.update(`${nameOf(join(dir, name))}\n${bytes.length}\n`).update(bytes)
        sources.set(name.replace(/\.ya?ml$/, ''), readSource(nameOf(join(dir, name)), bytes, report))
      }
      return sources
    },
    hash: () => hash.copy().digest('hex').slice(0, 16),
  }
}
