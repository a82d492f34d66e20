import { join } from 'node:path'
import { expect } from 'chai'
import { createFinder } from '../../../bot/desk/finder.ts'
import type { ScriptSource } from '../../../bot/desk/script.ts'
import { loadContent } from '../../../content/index.ts'
import { createWords } from '../../../locales/index.ts'
import { looks } from '../../support/looks.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const localesDir = join(root, 'locales')

function source(): ScriptSource {
  const { content, desk } = loadContent({ dir: join(root, 'content'), localesDir, bank: 'osaka-city' })
  if (!content || !desk) throw new Error('The content is broken')
  const words = createWords({ dir: localesDir, sentences: content.sentences, bank: content.bank })
  return { content, desk, words, help: '' }
}

const wanted = { text: '証明書', agentLocale: 'ja', customerLocale: 'ja' } as const

describe('the finder of the desk', () => {
  const good = source()

  it('builds its search in pieces, so that turns are taken in between', async () => {
    // Each step takes a millisecond.
    let now = 0
    const finder = createFinder(
      () => good,
      () => now++,
    )
    let found = 0
    const turns = await looks(async () => {
      finder.warm()
      found = (await finder.search())(wanted).length
    })
    expect(found).to.be.greaterThan(0)
    // Fifty steps at once when somebody waits for it.
    expect(turns).to.be.within(Math.floor(now / 60), Math.ceil(now / 40))
    expect(now).to.be.greaterThan(200)
  })

  it('answers with the search before while one for new content is being built, and then with the new', async () => {
    const second = { ...good, content: { ...good.content, version: 'next', faq: new Map() } }
    let now: ScriptSource = good
    const finder = createFinder(() => now)
    const before = await finder.search()
    now = second
    expect(finder.search()).to.equal(before)
    while ((await finder.search()) === before) await new Promise((resolve) => setImmediate(resolve))
    const kinds = (await finder.search())(wanted).map(({ kind }) => kind)
    expect(before(wanted).map(({ kind }) => kind)).to.include('faq')
    expect(kinds).to.not.include('faq')
  })

  it('tries again when the content could not be searched', async () => {
    const bad = {
      ...good,
      words: {
        ...good.words,
        t: () => {
          throw new Error('no words')
        },
      },
    } as ScriptSource
    let now = bad
    const finder = createFinder(() => now)
    finder.warm()
    const error = await Promise.resolve(finder.search()).catch((one: Error) => one)
    expect(error).to.be.instanceOf(Error)
    now = good
    expect((await finder.search())(wanted).length).to.be.greaterThan(0)
  })
})
