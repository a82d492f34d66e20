/**
 * How long this thread works on something, and how long at most without letting others in between: milliseconds of
 * work, not of the clock, since others use the machine too.
 */
export async function worked(work: () => Promise<void>): Promise<{ total: number; longest: number }> {
  let last = process.threadCpuUsage()
  let [total, longest, isOver] = [0, 0, false]
  const look = () => {
    const { user, system } = process.threadCpuUsage(last)
    last = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1000)
    total += (user + system) / 1000
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  await work()
  isOver = true
  look()
  return { total, longest }
}
