import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { expect } from 'chai'
import { lazily, natively } from '../../bot/sdk.ts'

const modules = join(import.meta.dirname, '..', '..', 'node_modules')
const root = join(import.meta.dirname, '..', '..')

describe('the SDK, loaded lean', () => {
  it('is as it was written in nearly every file, and in each of them still a program', () => {
    const files = sdkFiles().filter(([, source]) => source.includes('__awaiter'))
    const changed = files.filter(([, source]) => natively(source) !== source)
    for (const [file, source] of changed) {
      const native = natively(source)
      expect(native, file).not.to.match(/\byield\b|function\s*\*/)
      new Script(`(function (exports, require, module) {${native}\n})`)
    }
    expect(changed.length / files.length).to.be.greaterThan(0.95)
  })

  it('keeps files that have generators of their own', () => {
    const source = `${head}\nfunction f() { return __awaiter(this, void 0, void 0, function* () { yield 1; }); }\nfunction* g() { yield 2; }\n`
    expect(natively(source)).to.equal(source)
  })

  it('hands on arguments, this, results and errors as before', async () => {
    const body = `return {
      add(a, b) { return __awaiter(this, void 0, void 0, function* () { return (yield a) + this.c + b; }); },
      c: 1,
      fail() { return __awaiter(this, void 0, void 0, function* () { throw new Error('so'); }); },
    }`
    for (const source of [`${head}\n${body}`, natively(`${head}\n${body}`)]) {
      const made = new Function(source)()
      expect(await made.add(Promise.resolve(2), 3)).to.equal(6)
      expect((await made.fail().catch((error: Error) => error)).message).to.equal('so')
    }
  })

  it('loads a package that is seldom needed with the first use of what it exports', () => {
    const required: string[] = []
    const require = (name: string) => required.push(name) && { one: 1 }
    const source = 'const x_1 = require("@azure/identity");\nreturn () => x_1.one'
    const use = new Function('require', lazily(source))(require)
    expect(required).to.deep.equal([])
    expect(use()).to.equal(1)
    expect(required).to.deep.equal(['@azure/identity'])
  })

  it('finds the default of such a package as before', () => {
    const omit = () => 'omitted'
    const interop = 'var __importDefault = (mod) => (mod && mod.__esModule ? mod : { default: mod });'
    const source = `${interop}\nconst omit_1 = __importDefault(require("lodash/omit"));\nreturn omit_1.default()`
    expect(lazily(source)).not.to.equal(source)
    expect(new Function('require', lazily(source))(() => omit)).to.equal('omitted')
  })

  it('loads restify without what signs requests', () => {
    const script =
      "await import('restify'); console.log(Object.keys(process.getBuiltinModule('module')._cache).join())"
    const loaded = (program: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' })
    expect(loaded(script)).to.include('/sshpk/')
    const lean = `(await import('./bot/sdk.ts')).loadSdkLean(); ${script}`
    expect(loaded(lean)).to.include('/restify/lib/plugins/').and.not.include('/sshpk/')
  })

  it('says in a conversation the very same as when it is loaded as it is shipped', () => {
    const said = (env: object) =>
      execFileSync(process.execPath, [join(root, 'bot', 'chatCommand.ts')], {
        input: 'ログオンできません\n利用者\n1つずつ確認します\nEnglish\n',
        env: { PATH: process.env.PATH, ...env },
        encoding: 'utf8',
      })
    const lean = said({})
    expect(lean).to.include('customer card')
    expect(lean).to.equal(said({ SDK_AS_SHIPPED: '1' }))
  }).timeout(300_000)
})

const head = readFileSync(join(modules, 'botbuilder-core', 'lib', 'botAdapter.js'), 'utf8')
  .slice(0, 900)
  .replace(/^[\s\S]*?(var __awaiter[\s\S]*?^};)[\s\S]*$/m, '$1')

function sdkFiles(): [string, string][] {
  return readdirSync(modules)
    .filter((name) => /^bot(builder|framework)/.test(name))
    .flatMap((name) =>
      readdirSync(join(modules, name, 'lib'), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(modules, name, 'lib', file),
      ),
    )
    .filter((file) => file.endsWith('.js') && !file.includes('browser'))
    .map((file) => [file, readFileSync(file, 'utf8')])
}
