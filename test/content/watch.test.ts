import { expect } from 'chai'
import type { Content, Finding } from '../../content/index.ts'
import { loadContent, watchContent } from '../../content/index.ts'
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

  it('is silent when a mistake is undone, since the content that runs is the same again', async () => {
    const sample = createSample()
    const { next, told } = follow(sample)
    edit(sample, flow, 'next: ready', 'next: redy')
    await next()
    edit(sample, flow, 'next: redy', 'next: ready')
    edit(sample, 'locales/ja/bot.yaml', 'できた・次へ', '次へ')
    expect(((await next()) as Content).sentences.flows['locked.role.ask']).to.equal(
      'どなたがロックされましたか？',
    )
    expect(told).to.deep.equal([])
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
