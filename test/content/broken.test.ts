import { expect } from 'chai'
import fc from 'fast-check'
import type { Finding } from '../../content/index.ts'
import { loadContent } from '../../content/index.ts'
import { createSample, removeSamples } from './sample.ts'

const files = [
  'content/flows/locked.yaml',
  'content/faq/card.yaml',
  'content/banks/first.yaml',
  'locales/en/flows.yaml',
  'locales/ja/bot.yaml',
]

describe('content as it must never be', function () {
  // Hundreds of loadings, each of everything.
  this.timeout(300_000)
  afterEach(removeSamples)

  function expectPlaces(findings: Finding[], file: string, text: string) {
    const lines = text.split('\n')
    for (const finding of findings.filter((one) => one.file === file)) {
      const line = lines[finding.line - 1]
      if (line === undefined || finding.column > line.length + 1) {
        throw new Error(
          `${finding.rule} points at ${file}:${finding.line}:${finding.column}, which is not there.`,
        )
      }
      expect(finding.what).not.to.include('undefined')
    }
  }

  it('is answered with findings at places that exist, whatever is cut out of a file or doubled in it', () => {
    const sample = createSample()
    const cut = fc.record({
      file: fc.constantFrom(...files),
      from: fc.nat(4000),
      length: fc.nat(80),
      twice: fc.boolean(),
    })
    fc.assert(
      fc.property(cut, ({ file, from, length, twice }) => {
        const before = sample.read(file)
        const at = from % before.length
        const piece = before.slice(at, at + length)
        const text = before.slice(0, at) + (twice ? piece + piece : '') + before.slice(at + length)
        sample.write(file, text)
        try {
          const { content, findings } = loadContent(sample.place())
          expectPlaces(findings, file, text)
          expect(content === undefined).to.equal(findings.some(({ severity }) => severity === 'error'))
        } finally {
          sample.write(file, before)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('is answered with findings, whatever bytes a file is made of', () => {
    const sample = createSample()
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .string({ unit: fc.constantFrom(...'ab:-[]{}"\'&*!|>#%@` \n\t?,~').map(String), maxLength: 80 })
        .map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(fc.constantFrom(...files), bytes, (file, written) => {
        const before = sample.read(file)
        sample.write(file, written)
        try {
          const { content, findings } = loadContent(sample.place())
          expect(content === undefined).to.equal(findings.some(({ severity }) => severity === 'error'))
          expect(findings.length).to.be.greaterThan(0)
        } finally {
          sample.write(file, before)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('does not take the parser down with depth', () => {
    const sample = createSample()
    for (const deep of [
      '['.repeat(500_000),
      '{a: '.repeat(100_000),
      '- '.repeat(200_000),
      `${'? '.repeat(200_000)}a`,
    ]) {
      sample.write('content/faq/talk.yaml', deep)
      const rules = loadContent(sample.place()).findings.map(({ rule, file }) => `${file} ${rule}`)
      expect(rules).to.deep.equal(['content/faq/talk.yaml too-deep'])
    }
  })
})
