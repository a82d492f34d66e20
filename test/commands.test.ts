import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'

const root = join(import.meta.dirname, '..')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
/** The commands that are one program of ours; `npm run dev` is `npm start`, and the others are programs of others. */
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file] = /^node (\S+\.ts)$/.exec(script) ?? []
  return file ? [{ name, file: join(root, file) }] : []
})

async function run(file: string, argument: string) {
  const child = spawn(execPath, [file, argument], { cwd: tmpdir(), env: { PATH: process.env.PATH } })
  const [out, err, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once('close', resolve)),
  ])
  return { out, err, status }
}

describe('the commands', function () {
  this.timeout(180_000)

  it('are all looked at here', () => {
    expect(commands.length).to.be.greaterThan(9)
  })

  for (const { name, file } of commands) {
    it(`${name} says how it is used, and of an option that it does not know that it does not`, async () => {
      const [help, odd] = await Promise.all([run(file, '--help'), run(file, '--no-such-option')])
      expect(help, help.err).to.include({ status: 0, err: '' })
      expect(help.out).to.match(/^npm /)
      expect(odd).to.include({ status: 2, out: '' })
      expect(odd.err).to.match(/^[^\n]*--no-such-option[^\n]*--help[^\n]*\n$/)
    })
  }
})
