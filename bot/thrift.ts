import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'

/**
 * Read by glibc when a process begins. Left to itself it keeps what a thread has once freed, for each thread apart: a
 * few PINs and passwords checked, at 19 MiB each, cost 100 MB for good.
 */
export const thrift = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' }

/**
 * Begins this process once more, as the same process, where its memory can be kept small and where what it compiled the
 * last time is used from the first file on. Whoever has set either, or talks to a parent, keeps what there is.
 */
export function startThrifty(): void {
  // Where there is no room for a cache, it does without.
  enableCompileCache()
  const isThrifty = 'MALLOC_MMAP_THRESHOLD_' in process.env
  if (process.platform !== 'linux' || isThrifty || process.send) return
  const cache = getCompileCacheDir()
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    ...(process.env as Record<string, string>),
    ...thrift,
    // Node puts a folder of its own version into it.
    ...(cache && { NODE_COMPILE_CACHE: dirname(cache) }),
  })
}
