/**
 * Lets one in each time the loop goes round. The practice bank shares its process with the chat: a crowd that comes at
 * the same instant goes in one by one, and the chat between them.
 */
export function createTurnstile(): () => Promise<void> {
  const waiting: (() => void)[] = []
  const turn = () => {
    waiting.shift()?.()
    if (waiting.length > 0) setImmediate(turn)
  }
  return () =>
    new Promise((enter) => {
      waiting.push(enter)
      if (waiting.length === 1) setImmediate(turn)
    })
}
