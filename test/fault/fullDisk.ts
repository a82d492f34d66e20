import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * From now on no file of a process that runs can be written beyond so many bytes; without a number they can again. Whoever
 * owns the process may do so; each write fails with EFBIG, which SQLite calls an I/O error.
 */
export function limitFiles(pid: number, bytes?: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:`])
}

/** A file system of its own, in memory, that can be filled to the last byte. */
export interface SmallDisk {
  dir: string
  fill(): void
  empty(): void
  end(): void
}

/** Mounts one of so many kilobytes; nothing where mounting is not allowed. */
export function mountSmallDisk(kilobytes: number): SmallDisk | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    rmSync(dir, { recursive: true })
    return undefined
  }
  const filler = join(dir, 'filler')
  return {
    dir,
    fill() {
      let left = kilobytes * 1024
      // Smaller and smaller pieces, until not one byte fits.
      while (left > 0) {
        try {
          writeFileSync(filler, Buffer.alloc(left), { flag: 'a' })
        } catch {
          left = Math.floor(left / 2)
        }
      }
    },
    empty: () => rmSync(filler, { force: true }),
    end() {
      execFileSync('umount', ['--lazy', dir])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
