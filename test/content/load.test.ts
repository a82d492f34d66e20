import { expect } from 'chai'
import type { Content } from '../../content/index.ts'
import { loadContent } from '../../content/index.ts'
import { createSample, removeSamples } from './sample.ts'

describe('loading the content', () => {
  let content: Content

  before(() => {
    const loaded = loadContent(createSample().place())
    if (!loaded.content) throw new Error(JSON.stringify(loaded.findings))
    content = loaded.content
  })
  after(removeSamples)

  const step = (id: string) => content.flows.get('locked')?.steps.get(id)

  it('names every sentence after the place where it stands, and keeps the sentence for the words', () => {
    expect(step('role')?.ask).to.equal('flows:locked.role.ask')
    expect(step('role')?.choices[1]?.say).to.equal('flows:locked.role.choices.admin')
    expect(content.sentences.flows['locked.role.ask']).to.equal('どなたがロックされましたか？')
    expect(content.sentences.flows['locked.role.choices.admin']).to.equal('管理者')
    expect(content.sentences.faq['card-lost.question']).to.equal('カードをなくしました。')
  })

  it('keeps the steps in the order of the writer, with the parts of checklists and procedures', () => {
    expect([...(content.flows.get('locked')?.steps.keys() ?? [])]).to.deep.equal([
      'role',
      'ready',
      'ready/card',
      'ready/pc',
      'unlock/open',
      'unlock/release',
      'confirm',
      'logon/open',
    ])
  })

  it('leads to where a checklist or a procedure begins', () => {
    expect(content.flows.get('locked')?.start).to.equal('role')
    expect(step('role')?.choices.map(({ next }) => next)).to.deep.equal(['ready', 'branch'])
    expect(step('ready')?.choices.map(({ id, next }) => [id, next])).to.deep.equal([
      ['all', 'unlock/open'],
      ['each', 'ready/card'],
    ])
    expect(step('confirm')?.choices.map(({ next }) => next)).to.deep.equal(['confirm', 'logon/open'])
  })

  it('leads from item to item, and from the last one by what it found', () => {
    const card = step('ready/card')
    expect(card).to.include({
      kind: 'item',
      checklist: 'ready',
      number: 1,
      total: 2,
      complete: 'unlock/open',
      missing: 'forms',
    })
    expect(card?.choices.map(({ next }) => next)).to.deep.equal(['ready/pc', 'ready/pc'])
    expect(step('ready/pc')?.choices.map(({ next }) => next)).to.deep.equal(['unlock/open', 'forms'])
    expect(card?.choices[0]).not.to.have.property('missing')
    expect(card?.choices[1]?.missing).to.deep.equal({
      what: 'flows:locked.ready.card.missing.lost.what',
      form: 'reissue',
      note: 'flows:locked.ready.card.missing.lost.note',
    })
  })

  it('says the sentence of a checklist without an overview before its first item', () => {
    const sample = createSample()
    const file = 'content/flows/locked.yaml'
    sample.write(
      file,
      sample.read(file).replace('    all: 2つともあります\n    each: 1つずつ確認します\n', ''),
    )
    const mirror = 'locales/en/flows.yaml'
    sample.write(mirror, sample.read(mirror).replace('    all: I have both\n    each: One by one\n', ''))
    const flow = loadContent(sample.place()).content?.flows.get('locked')
    expect(flow?.steps.get('role')?.choices[0]?.next).to.equal('ready/card')
    expect(flow?.steps.get('ready/card')).to.include({ intro: 'flows:locked.ready.checklist' })
    expect(flow?.steps.get('ready/pc')).not.to.have.property('intro')
  })

  it('numbers the parts of a procedure, introduces the first, and goes on when one is done', () => {
    expect(step('unlock/open')).to.deep.include({
      kind: 'part',
      procedure: 'unlock',
      title: 'flows:locked.unlock.procedure',
      intro: 'flows:locked.unlock.intro',
      number: 1,
      total: 2,
      device: 'pc-cert',
      link: 'unlock',
      choices: [{ id: 'done', say: 'bot:step.done', phrases: {}, next: 'unlock/release' }],
    })
    expect(step('unlock/release')).to.include({ number: 2 }).and.not.have.any.keys('intro', 'link')
    expect(step('unlock/release')?.choices[0]?.next).to.equal('confirm')
    expect(step('unlock/release')).to.deep.include({
      table: {
        columns: [
          'flows:locked.unlock.release.table.columns.0',
          'flows:locked.unlock.release.table.columns.1',
        ],
        rows: [0, 1].map((row) =>
          [0, 1].map((cell) => `flows:locked.unlock.release.table.rows.${row}.${cell}`),
        ),
      },
    })
  })

  it('keeps the symptoms of a part, each with its hint or the step it leads to', () => {
    const open = step('unlock/open')
    const symptoms = open?.kind === 'part' ? open.symptoms : []
    expect(symptoms.map(({ id, hint, next }) => ({ id, hint, next }))).to.deep.equal([
      { id: 'white', hint: 'flows:locked.unlock.open.symptoms.white.hint', next: undefined },
      { id: 'none', hint: undefined, next: 'branch' },
    ])
  })

  it('lets a part say what another says, under its own number and way', () => {
    const [copy, original] = [step('logon/open'), step('unlock/open')]
    expect(copy).to.include({
      ask: original?.ask,
      note: original?.note,
      procedure: 'logon',
      number: 1,
      total: 1,
      device: 'any',
    })
    expect(copy).not.to.have.any.keys('intro', 'link')
    expect(copy?.choices[0]?.next).to.equal('confirm')
    expect(copy?.kind === 'part' && copy.symptoms.map(({ next }) => next)).to.deep.equal([
      undefined,
      'branch',
    ])
  })

  it('waits where the writer says await', () => {
    expect(step('confirm')).to.include({ kind: 'await', waitsFor: 'unlock', cleared: 'solved' })
  })

  it('gives the outcomes with their forms, and what they offer', () => {
    const outcomes = content.flows.get('locked')?.outcomes
    expect(outcomes?.get('solved')).to.include({ confirmed: 'unlock', missing: false, person: false })
    expect(outcomes?.get('forms')).to.include({ missing: true, after: 'flows:locked.outcomes.forms.after' })
    expect(outcomes?.get('branch')).to.deep.include({ forms: ['reissue', 'unlock'], person: true })
  })

  it('gives the answers, with what they start and what is already known', () => {
    expect(content.faq.get('user-locked')).to.deep.equal({
      id: 'user-locked',
      question: 'faq:user-locked.question',
      label: 'faq:user-locked.label',
      answer: 'faq:user-locked.answer',
      phrases: { ja: ['利用者を解除したい'], en: ['unlock a user'] },
      starts: { flow: 'locked', given: { role: 'user' } },
      person: false,
      handoff: false,
      smalltalk: false,
      featured: true,
    })
    expect(content.faq.get('card-lost')?.image).to.deep.equal({ file: 'card.svg', alt: 'faq:card-lost.alt' })
  })

  it('gives a choice the phrases of both languages', () => {
    expect(step('role')?.choices[0]?.phrases).to.deep.equal({ ja: ['社員'], en: ['employee'] })
    expect(step('ready/card')?.choices[1]?.phrases).to.deep.equal({ ja: [], en: ['no card'] })
  })

  it('speaks for the bank that is asked for, and refuses one it does not know', () => {
    const sample = createSample()
    expect(loadContent({ ...sample.place(), bank: 'other' }).content?.bank.code).to.equal('5678')
    const { content: none, findings } = loadContent({ ...sample.place(), bank: 'othr' })
    expect(none).to.equal(undefined)
    expect(findings.map(({ rule, mend }) => [rule, mend])).to.deep.equal([
      ['unknown-bank', 'Did you mean “other”? Check the setting BANK.'],
    ])
  })

  it('is refused with an error, and goes on without a translation', () => {
    const sample = createSample()
    sample.write(
      'locales/en/faq.yaml',
      sample.read('locales/en/faq.yaml').replace('  label: A user is locked\n', ''),
    )
    const untranslated = loadContent(sample.place())
    expect(untranslated.findings.map(({ severity }) => severity)).to.deep.equal(['warning'])
    expect(untranslated.content?.faq.size).to.equal(3)
    sample.write('content/faq/talk.yaml', 'person: はい\n')
    expect(loadContent(sample.place()).content).to.equal(undefined)
  })

  it('changes its version with any file it reads, and with nothing else', () => {
    const sample = createSample()
    const version = () => loadContent(sample.place()).content?.version
    const first = version()
    expect(first)
      .to.match(/^[0-9a-f]{16}$/)
      .and.equal(loadContent(createSample().place()).content?.version)
    for (const file of [
      'content/flows/locked.yaml',
      'locales/en/faq.yaml',
      'content/banks/other.yaml',
      'locales/ja/bot.yaml',
    ]) {
      sample.write(file, `${sample.read(file)}# one\n`)
      const before = version()
      sample.write(file, sample.read(file).replace('# one', '# two'))
      expect(version(), file).not.to.equal(before)
    }
  })

  it('says of a file that is not UTF-8 what to do about it, and of nothing else', () => {
    const sample = createSample()
    sample.write('content/faq/talk.yaml', Uint8Array.from([0x83, 0x4a, 0x81, 0x5b, 0x83, 0x68]))
    const { findings } = loadContent(sample.place())
    expect(findings.map(({ rule, file, line, column }) => ({ rule, file, line, column }))).to.deep.equal([
      { rule: 'not-utf8', file: 'content/faq/talk.yaml', line: 1, column: 1 },
    ])
  })

  it('reads files with a byte order mark and with the line ends of Windows', () => {
    const sample = createSample()
    for (const file of ['content/flows/locked.yaml', 'content/faq/card.yaml', 'locales/en/flows.yaml']) {
      sample.write(file, `\uFEFF${sample.read(file).replaceAll('\n', '\r\n')}`)
    }
    const loaded = loadContent(sample.place())
    expect(loaded.findings).to.deep.equal([])
    expect(loaded.content?.sentences.faq).to.deep.equal(content.sentences.faq)
  })
})
