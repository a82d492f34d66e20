import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Where the report is written; not in version control. */
export const reports = join(import.meta.dirname, '..', 'reports')

/**
 * Works in a folder that is gone afterwards. It lies beside the report and not among the system's temporary files:
 * those are in memory on many machines, where an fsync costs nothing.
 */
export async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  mkdirSync(reports, { recursive: true })
  const dir = mkdtempSync(join(reports, 'bench-'))
  try {
    return await work(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
