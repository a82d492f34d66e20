/** How often others come to their turn while this thread works on something: whoever lets nobody in gives one or two. */
export async function looks(work: () => Promise<void>): Promise<number> {
  let count = 0
  let isOver = false
  const look = () => {
    count++
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  await work()
  isOver = true
  return count
}
