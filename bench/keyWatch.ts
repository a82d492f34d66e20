/**
 * The page itself looks at the clock, from the input event until the frame with the results is drawn. A keystroke whose
 * results never came, since the next was faster, waits for those of the next.
 */
export const watchKeys = `
  performance.setResourceTimingBufferSize(10_000)
  window.waits = { search: [], plain: [] }
  const plain = document.createElement('input')
  plain.id = 'plain'
  const line = document.createElement('p')
  document.body.append(plain, line)
  plain.addEventListener('input', () => { line.textContent = plain.value })
  for (const [id, drawn] of [['search', document.querySelector('main [role=status]')], ['plain', line]]) {
    let typed = []
    document.getElementById(id).addEventListener('input', () => { typed.push(performance.now()) }, { capture: true })
    // The line that says how many were found is written each time, also when none were.
    new MutationObserver(() => {
      const since = typed
      typed = []
      requestAnimationFrame(() => {
        const channel = new MessageChannel()
        // After the frame, not before it: what the agent sees.
        channel.port1.onmessage = () => {
          const now = performance.now()
          for (const from of since) window.waits[id].push(now - from)
        }
        channel.port2.postMessage(0)
      })
    }).observe(drawn, { childList: true })
  }`
