import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { createSample, removeSamples } from './sample.ts'

const root = join(import.meta.dirname, '../..')

describe('the check command', () => {
  afterEach(removeSamples)

  function run(env: Record<string, string>, ...args: string[]) {
    return new Promise<{ code: number; out: string }>((resolve) => {
      const command = [join(root, 'content/checkCommand.ts'), ...args]
      const options = { env: { PATH: process.env.PATH, ...env } }
      execFile(process.execPath, command, options, (error, out) =>
        resolve({ code: Number(error?.code ?? 0), out }),
      )
    })
  }

  it('prints nothing and succeeds when the content is right', async () => {
    expect(await run({})).to.deep.equal({ code: 0, out: '' })
  })

  it('prints a line for each finding and fails, in the language of the terminal or the one asked for', async () => {
    const sample = createSample()
    const file = 'content/flows/locked.yaml'
    sample.write(file, sample.read(file).replace('next: ready', 'next: redy'))
    const env = { CONTENT_DIR: sample.dir, BANK: 'first' }
    const english = `${file}:10:52  There is no step or outcome called “redy”.  → Did you mean “ready”?\n`
    const japanese = `${file}:10:52  「redy」という手順も結末もありません。  → 「ready」の間違いではありませんか。\n`
    const runs = [
      run({ ...env, LANG: 'en_GB.UTF-8' }),
      run({ ...env, LANG: 'ja_JP.UTF-8' }),
      run({ ...env, LANG: 'ja_JP.UTF-8' }, '--lang', 'en'),
    ]
    const answers = [english, japanese, english].map((out) => ({ code: 1, out }))
    expect(await Promise.all(runs)).to.deep.equal(answers)
  })
})
