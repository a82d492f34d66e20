import { cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Content, Finding } from '../../content/index.ts'
import { loadContent, watchContent } from '../../content/index.ts'
import { createReload } from '../../content/watch.ts'
import { createSample, removeSamples } from './sample.ts'

const flow = 'content/flows/locked.yaml'

describe('watching the content', () => {
  const open: { close(): void }[] = []
  afterEach(() => {
    for (const watching of open.splice(0)) watching.close()
    removeSamples()
  })

  /** What the watcher tells, one by one. */
  function follow(sample: ReturnType<typeof createSample>) {
    const told: (Content | Finding[])[] = []
    let wake = () => {}
    const tell = (news: Content | Finding[]) => {
      told.push(news)
      wake()
    }
    const version = loadContent(sample.place()).content?.version
    open.push(watchContent({ ...sample.place(), version, quiet: 20, onChange: tell, onBroken: tell }))
    const next = async () => {
      while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return told.shift()
    }
    return { next, told }
  }

  const edit = (sample: ReturnType<typeof createSample>, file: string, from: string, to: string) =>
    sample.write(file, sample.read(file).replace(from, to))

  it('gives the new content after an edit', async () => {
    const sample = createSample()
    const { next } = follow(sample)
    edit(sample, flow, 'どなたがロックされましたか？', 'ロックされたのはどなたですか？')
    const news = (await next()) as Content
    expect(news.sentences.flows['locked.role.ask']).to.equal('ロックされたのはどなたですか？')
  })

  it('tells what is wrong with a broken edit and gives no content, then gives the mended one', async () => {
    const sample = createSample()
    const { next } = follow(sample)
    edit(sample, flow, 'next: ready', 'next: redy')
    const findings = (await next()) as Finding[]
    expect(findings.map(({ rule, line }) => [rule, line])).to.deep.equal([['unknown-step', 10]])
    edit(sample, flow, 'next: redy }', 'next: branch }')
    const broken = (await next()) as Finding[]
    expect(broken[0]?.rule).to.equal('unreachable-step')
    edit(sample, flow, 'say: 管理者, next: branch', 'say: 管理者, next: ready')
    expect(((await next()) as Content).flows.get('locked')?.steps.get('role')?.choices[1]?.next).to.equal(
      'ready',
    )
  })

  it('tells the same thing once, and nothing when a mistake is undone', () => {
    const sample = createSample()
    const told: string[] = []
    const reload = createReload({
      ...sample.place(),
      version: loadContent(sample.place()).content?.version,
      onChange: () => told.push('changed'),
      onBroken: (findings) => told.push(findings.map(({ rule }) => rule).join()),
    })
    const steps: [from: string, to: string, told: string[]][] = [
      ['', '', []],
      ['next: ready', 'next: redy', ['unknown-step']],
      ['', '', []],
      ['next: redy', 'next: ready', []],
      ['next: ready', 'next: redy', ['unknown-step']],
      ['next: redy }', 'next: ready, phrases: [社員] }', ['duplicate-key']],
      [
        ', phrases: [社員], next: ready, phrases: [社員] }',
        ', next: ready, phrases: [従業員] }',
        ['changed'],
      ],
      ['', '', []],
    ]
    for (const [from, to, expected] of steps) {
      edit(sample, flow, from, to)
      reload()
      expect(told.splice(0), `${from} → ${to}`).to.deep.equal(expected)
    }
  })

  it('keeps what runs when the files cannot be read at all', () => {
    const sample = createSample()
    const told: string[] = []
    const onBroken = (findings: Finding[]) => told.push(findings.map(({ rule }) => rule).join())
    const reload = createReload({ ...sample.place(), onChange: () => told.push('changed'), onBroken })
    sample.remove('content/faq/talk.yaml')
    mkdirSync(join(sample.dir, 'faq/talk.yaml'))
    reload()
    expect(told).to.deep.equal(['unreadable'])
  })

  it('sees an edit of the words and of a bank', async () => {
    const sample = createSample()
    const { next } = follow(sample)
    edit(sample, 'locales/en/flows.yaml', 'Who is locked?', 'Who is locked out?')
    const first = (await next()) as Content
    edit(sample, 'content/banks/first.yaml', '"1234"', '"4321"')
    const second = (await next()) as Content
    expect(second.bank.code).to.equal('4321')
    expect(second.version).not.to.equal(first.version)
  })

  it('goes on seeing a file that an editor has saved by putting a new one in its place', async () => {
    const sample = createSample()
    const { next } = follow(sample)
    const write = (ask: string, isReplaced: boolean) => {
      const text = sample.read(flow).replace(/ask: (どなたが|使えないのは).*/, `ask: 使えないのは${ask}`)
      const file = join(sample.dir, 'flows/locked.yaml')
      writeFileSync(isReplaced ? `${file}.new` : file, text)
      if (isReplaced) renameSync(`${file}.new`, file)
    }
    // Which of several ways an editor takes depends on the editor, and on the file.
    for (const [place, isReplaced] of [true, false, true, true, false].entries()) {
      write(`${place}番ですか？`, isReplaced)
      const news = (await next()) as Content
      expect(news.sentences.flows['locked.role.ask']).to.equal(`使えないのは${place}番ですか？`)
    }
  })

  it('goes on seeing a folder that was taken away and put back', async () => {
    const sample = createSample()
    const { next } = follow(sample)
    const [folder, aside] = [join(sample.dir, 'flows'), join(sample.dir, 'aside')]
    renameSync(folder, aside)
    expect((await next()) as Finding[]).to.be.an('array')
    cpSync(aside, folder, { recursive: true })
    edit(sample, flow, 'どなたがロックされましたか？', 'ロックされたのはどなたですか？')
    const first = (await next()) as Content
    expect(first.sentences.flows['locked.role.ask']).to.equal('ロックされたのはどなたですか？')
    edit(sample, flow, 'ロックされたのはどなたですか？', 'どなたですか？')
    const second = (await next()) as Content
    expect(second.sentences.flows['locked.role.ask']).to.equal('どなたですか？')
  })

  it('takes several edits in one breath as one', async () => {
    const sample = createSample()
    const { next, told } = follow(sample)
    for (let i = 0; i < 20; i++)
      edit(
        sample,
        flow,
        /ask: パソコン.*/.exec(sample.read(flow))?.[0] ?? '',
        `ask: パソコン${i}は使えますか？`,
      )
    const news = (await next()) as Content
    expect(news.sentences.flows['locked.ready.pc.ask']).to.equal('パソコン19は使えますか？')
    expect(told).to.deep.equal([])
  })
})
