import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect } from 'chai'

const root = join(import.meta.dirname, '..')
const folders = ['bot', 'dialogs', 'content', 'locales', 'unlock', 'web'] as const

/** Whom each folder may import; itself always. `web` runs in browsers: only types and lists of keys leave it, to `bot`. */
const allowed: Record<string, readonly string[]> = {
  bot: ['dialogs', 'content', 'locales', 'unlock', 'web'],
  dialogs: ['content', 'locales', 'unlock'],
  content: [],
  locales: [],
  unlock: [],
  web: [],
}

/** Doors beside `index.ts`: the sandbox is a program of its own, and bot bundles the widget's files. */
const doors = new Set(['unlock/sandbox/index.ts', 'web/chat/words.ts'])

interface Import {
  from: string
  to: string
}

const files = folders
  .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
  .filter((file) => !file.endsWith('.d.ts'))

function importsOf(file: string): { local: Import[]; packages: string[] } {
  const text = readFileSync(join(root, file), 'utf8')
  const named = [
    ...text.matchAll(
      /^(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
    ),
  ]
  const names = named.map((match) => (match[1] ?? match[2] ?? match[3]) as string)
  const local = names
    .filter((name) => name.startsWith('.'))
    .map((name) => ({ from: file, to: relative(root, join(root, dirname(file), name)) }))
  return { local, packages: names.filter((name) => !name.startsWith('.')) }
}

const imports = files.flatMap((file) => importsOf(file).local)
const folderOf = (file: string) => file.split('/')[0] as string

describe('the shape of the house', () => {
  it('is read whole: every folder has files, and every import is of a file that is there', () => {
    for (const folder of folders)
      expect(
        files.some((file) => folderOf(file) === folder),
        folder,
      ).to.equal(true)
    expect(imports.length).to.be.greaterThan(100)
    for (const { from, to } of imports)
      expect(existsSync(join(root, to)), `${from} imports ${to}`).to.equal(true)
  })

  it('has imports that point one way: bot, dialogs, then content, locales and unlock', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [own, other] = [folderOf(from), folderOf(to)]
      return own !== other && !allowed[own]?.includes(other)
    })
    expect(wrong).to.deep.equal([])
  })

  it('is entered by one door a folder', () => {
    const wrong = imports.filter(({ from, to }) => {
      return folderOf(from) !== folderOf(to) && to !== `${folderOf(to)}/index.ts` && !doors.has(to)
    })
    expect(wrong).to.deep.equal([])
  })

  it('has no circle of imports', () => {
    const next = new Map<string, string[]>()
    for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to])
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (done.has(file) || path.includes(file)) return
      for (const to of next.get(file) ?? []) visit(to, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(circles).to.deep.equal([])
  })

  it('lets only bot and dialogs know that botbuilder exists', () => {
    const knowing = files.filter((file) =>
      importsOf(file).packages.some((name) => name.startsWith('botbuilder')),
    )
    expect(knowing).not.to.be.empty
    expect(knowing.filter((file) => !['bot', 'dialogs'].includes(folderOf(file)))).to.deep.equal([])
  })
})
