import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts a process's time in hundredths of a second, whatever its clock (`man 5 proc`, USER_HZ). */
const ticks = 100

/** Seconds of processor that a process and its children have had; 0 where there is no /proc. */
export function processorSeconds(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
  return all
    .filter((one) => one.pid === pid || one.parent === pid)
    .reduce((sum, { seconds }) => sum + seconds, 0)
}

function statOf(pid: number): { pid: number; parent: number; seconds: number } {
  try {
    // pid (name) state parent …; user and system time are the 14th and 15th field of all.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return { pid, parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / ticks }
  } catch {
    // It has ended meanwhile.
    return { pid, parent: 0, seconds: 0 }
  }
}
