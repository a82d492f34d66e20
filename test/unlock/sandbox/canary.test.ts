import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import { freePort } from '../../../bot/freePort.ts'
import { isLeft } from '../../support/traces.ts'
import { trust } from '../../support/trust.ts'
import { demo } from '../practice.ts'
import { atPin, cardPassword, importCertificate, logOn, visit } from '../visitor.ts'

const entry = join(import.meta.dirname, '..', '..', '..', 'unlock', 'sandbox', 'sandboxCommand.ts')

describe('what the sandbox writes', () => {
  let dir: string
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-canary-'))
  })
  after(() => rmSync(dir, { recursive: true }))

  it('has no PIN, one-time password, .p12 password or cookie in readable form, in no file and no line', async () => {
    const port = await freePort()
    const child = spawn(process.execPath, [entry, '--port', String(port), '--data', dir])
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk
      })
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('_KEYS=')) break
    trust(readFileSync(join(dir, 'ca.crt'), 'utf8'))

    const url = `https://localhost:${port}`
    const page = visit(url)
    const secrets = new Set<string>()
    const keepCookies = () => {
      for (const [name, value] of page.cookies) if (name === 'kaijo_sandbox') secrets.add(value)
    }
    await importCertificate(page)
    await atPin(page)
    keepCookies()
    await page.send({ pin: '191919' })
    await page.send({ pin: demo.pin })
    keepCookies()
    await page.send({ cardPassword: '28282828' })
    secrets.add(await cardPassword(page))
    await logOn(page)
    keepCookies()
    await page.open('/bank/users')
    await page.send({ user: demo.user, confirmPin: '373737' })
    await page.send({ user: demo.user, confirmPin: demo.confirmPin })
    expect(page.text).to.include('利用中止を解除しました')
    const { html } = await page.open('/')
    for (const [, secret = ''] of html.matchAll(/<code>([\w-]+)<\/code>/g)) secrets.add(secret)
    for (const [, secret = ''] of html.matchAll(/<dd>(\d{6})<\/dd>/g)) secrets.add(secret)
    for (const typed of ['191919', '28282828', '373737']) secrets.add(typed)
    // Five .p12 passwords, ten PINs, the cards but one lost and one password spent, and what was typed.
    expect(secrets.size).to.be.greaterThan(170)

    const search = (when: string) => {
      const files = readdirSync(dir).map((file) => [file, readFileSync(join(dir, file))] as const)
      expect(files.map(([file]) => file)).to.include('sandbox.db')
      for (const [place, bytes] of [...files, ['its output', Buffer.from(output)] as const]) {
        for (const secret of secrets) {
          expect(isLeft(secret, bytes), `${secret} in ${place}, ${when}`).to.equal(false)
        }
      }
    }
    search('while it runs')
    child.kill('SIGTERM')
    await once(child, 'exit')
    search('after it has ended')
  }).timeout(300_000)
})
