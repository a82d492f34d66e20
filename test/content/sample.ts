import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lang } from '../../content/report.ts'

/** A small whole content of its own, that a test may spoil. */
export interface Sample {
  dir: string
  localesDir: string
  bank: string
  read(file: string): string
  write(file: string, text: string | Uint8Array): void
  remove(file: string): void
  /** For `loadContent`. */
  place(lang?: Lang): { dir: string; localesDir: string; bank: string; lang: Lang }
}

const samples: string[] = []

export function createSample(): Sample {
  const root = mkdtempSync(join(tmpdir(), 'kaijo-content-'))
  samples.push(root)
  cpSync(join(import.meta.dirname, 'sample'), root, { recursive: true })
  const place = { dir: join(root, 'content'), localesDir: join(root, 'locales'), bank: 'first' }
  return {
    ...place,
    read: (file) => readFileSync(join(root, file), 'utf8'),
    write: (file, text) => writeFileSync(join(root, file), text),
    remove: (file) => rmSync(join(root, file), { recursive: true }),
    place: (lang = 'en') => ({ ...place, lang }),
  }
}

export function removeSamples(): void {
  for (const root of samples.splice(0)) rmSync(root, { recursive: true, force: true })
}
