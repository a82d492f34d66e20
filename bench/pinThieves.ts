import { readFileSync } from 'node:fs'
import { trust } from '../test/support/trust.ts'
import { atPin, formToken, visit } from '../test/unlock/visitor.ts'

// A process of its own, so that its own work is not taken for the server's: connections that try wrong PINs, each again and again.
const [url = '', authority = '', connections = '50'] = process.argv.slice(2)
trust(readFileSync(authority, 'utf8'))
const first = await atPin(visit(url))
const token = formToken(first)
const crowd = Array.from({ length: Number(connections) }, () => {
  const page = Object.assign(visit(url), { origin: first.origin, certificate: { ...first.certificate } })
  for (const [name, value] of first.cookies) page.cookies.set(name, value)
  return page
})

process.on('message', async (ms: number) => {
  const until = performance.now() + ms
  let tries = 0
  const flood = crowd.map(async (page) => {
    for (; performance.now() < until; tries += 1)
      await page.send({ pin: '000000' }, { action: '/bank/pin', token })
  })
  await Promise.all(flood)
  process.send?.(tries)
})
process.send?.('ready')
