import { spawn } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig } from '../../bot/config.ts'
import { serve } from '../support/process.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const dockerfile = read('Dockerfile').replaceAll('\\\n', '')

/** What the image is made of beside its packages: `[from, to]`. */
const copied = [...dockerfile.matchAll(/^COPY (?!--)(.+)$/gm)]
  .map(([, words = '']) => words.split(' '))
  .filter((words) => !words.includes('package-lock.json'))
  .flatMap((words) => words.slice(0, -1))

/** A command of the image in the form that is run without a shell. */
function command(instruction: string): string[] {
  const [, words = '[]'] = new RegExp(`^${instruction}[^[\\n]*(\\[.+\\])$`, 'm').exec(dockerfile) ?? []
  return JSON.parse(words)
}

function build(): string {
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-image-'))
  for (const part of copied) cpSync(join(root, part), join(dir, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
  return dir
}

/** Every file with its size and when it was written. */
function tree(dir: string): string[] {
  return globSync(`{${copied.join(',')}}{,/**}`, { cwd: dir }).map((file) => {
    const { size, mtimeMs } = statSync(join(dir, file))
    return `${file} ${size} ${mtimeMs}`
  })
}

/** What a start reads of its environment. */
const settings = globSync('bot/{config,*Settings}.ts', { cwd: root }).flatMap((file) =>
  [...read(file).matchAll(/^ {2}([A-Z]\w+): [a-zA-Z]+[(.,\n]/gm)].map(([, name]) => name as string),
)

describe('the image of a container', () => {
  it('has all that a start needs, writes nothing beside its data, and knows whether it is alive', async () => {
    const image = build()
    const before = tree(image)
    const [, , script = ''] = command('HEALTHCHECK')
    const [, entry = ''] = command('CMD')
    const kaijo = await serve({}, [join(image, entry)])
    const asked = () =>
      new Promise((resolve) => {
        const env = { PATH: process.env.PATH, PORT: new URL(kaijo.url).port }
        spawn(process.execPath, ['-e', script], { env }).once('exit', resolve)
      })
    await kaijo.start()
    expect(kaijo.output()).to.not.include('WARNING')
    expect((await fetch(`${kaijo.url}/widget.js`)).status).to.equal(200)
    expect(await asked()).to.equal(0)
    expect(await kaijo.stop()).to.equal(0)
    expect(await asked()).to.equal(1)
    expect(before.length).to.be.greaterThan(300)
    expect(tree(image)).to.deep.equal(before)
    await kaijo.end()
    rmSync(image, { recursive: true })
  })

  it('needs no package that is only there for those who work on it', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { dev?: boolean }> }
    // What `npm run check` runs is no part of what runs for customers.
    const files = globSync('{bot,content,dialogs,locales,unlock}/**/*.ts', {
      cwd: root,
      exclude: ['unlock/checkCommand.ts'],
    })
    const importing =
      /^(?:import|export)\s(?!type)[^'"]*?from\s+'([^'.][^']*)'|^import\s+'([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm
    const names = files
      .flatMap((file) => [...read(file).matchAll(importing)])
      .map(([, from, bare, later]) => from ?? bare ?? later ?? '')
      .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
    const packages = new Set(names.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')))
    expect(packages.size).to.be.greaterThan(10)
    const isBrought = (name: string) => {
      const found = lock.packages[`node_modules/${name}`]
      return found && !found.dev
    }
    expect([...packages].filter((name) => !isBrought(name))).to.deep.equal([])
  })

  it('leaves everything else where it is built', () => {
    const allowed = read('.dockerignore').matchAll(/^!(.+)$/gm)
    expect([...allowed].map(([, name]) => name)).to.have.members([...copied, 'package-lock.json', '.npmrc'])
  })
})

interface Pod {
  terminationGracePeriodSeconds: number
  containers: { envFrom: object[] }[]
}

describe('the examples for operators', () => {
  /** What a secret would hold. */
  const secrets = { STORAGE_URL: 'postgres://kaijo:password@db/kaijo', UNLOCK_API_TOKEN: 'a-token' }

  it('are settings that a start takes: compose.yaml', () => {
    const { services, secrets: files } = parse(read('compose.yaml'), { merge: true })
    for (const name of ['one', 'two']) {
      const { environment, stop_grace_period } = services[name]
      const given = Object.entries(environment as Record<string, string>).map(([variable, value]) => {
        return [
          variable,
          value.replace(/\$\{UNLOCK_API_URL.*?\}/, 'https://u.example').replace(/\$\{\w+:\?.*?\}/g, 'x'),
        ]
      })
      const config = readConfig({ NODE_ENV: 'production', ...Object.fromEntries(given), WIDGET_ORIGINS: '' })
      expect(config.desk.welcomes).to.equal(name === 'one')
      expect(Number.parseInt(stop_grace_period, 10) * 1000).to.be.greaterThan(config.drainMs + 10_000)
      expect(config.linkKeyFile).to.equal(`/run/secrets/${Object.keys(files)[0]}`)
    }
  })

  it('are settings that a start takes: deploy/kubernetes.yaml', () => {
    const all = parseAllDocuments(read('deploy/kubernetes.yaml')).map((one) => one.toJS())
    expect(all.map(({ kind }) => kind)).to.deep.equal([
      'ConfigMap',
      'StatefulSet',
      'Service',
      'PodDisruptionBudget',
    ])
    const [{ data }, { spec }] = all
    const config = readConfig({ NODE_ENV: 'production', ...data, ...secrets })
    const pod = spec.template.spec as Pod
    expect(pod.terminationGracePeriodSeconds * 1000).to.be.greaterThan(config.drainMs + 10_000)
  })

  it('name every setting as it is called', () => {
    const variables = [
      ...Object.keys(parse(read('compose.yaml'), { merge: true }).services.one.environment),
      ...Object.keys(parseAllDocuments(read('deploy/kubernetes.yaml'))[0]?.toJS().data),
      ...[...dockerfile.matchAll(/(\w+)=\S+/g)]
        .map(([, name]) => name as string)
        .filter((name) => /^[A-Z_]+$/.test(name)),
    ]
    expect(variables.length).to.be.greaterThan(20)
    expect(variables.filter((name) => !settings.includes(name))).to.deep.equal([])
  })
})

describe('the pages for operators', () => {
  it('tell of every setting, by its name', () => {
    const pages = read('README.md') + read('docs/operating.md')
    expect(settings).to.include.members([
      'PORT',
      'DRAIN_SECONDS',
      'LIMIT_CONNECTIONS',
      'CallerId',
      'DESK_WELCOME',
    ])
    expect(
      settings.filter((name) => !pages.includes(`\`${name}\``) && !pages.includes(`\`${name} `)),
    ).to.deep.equal([])
  })

  it('tell of every command that there is, and of no other', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const told = [...(read('README.md') + read('docs/operating.md')).matchAll(/`npm (?:run )?([a-z:]+)/g)]
    const names = told.map(([, name]) => name as string).filter((name) => name !== 'ci')
    expect(Object.keys(scripts).filter((name) => !names.includes(name))).to.deep.equal([])
    expect(names.filter((name) => !(name in scripts))).to.deep.equal([])
  })
})
