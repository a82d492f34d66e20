import { expect } from 'chai'
import fc from 'fast-check'
import { readJson } from '../../bot/body.ts'
import { HttpError } from '../../bot/route.ts'

const read = (body: string | Buffer) =>
  readJson({ headers: { 'content-type': 'application/json' }, body: Buffer.from(body) })

describe('reading JSON', () => {
  it('gives what was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        if (!/"(__proto__|constructor|prototype)"/.test(text))
          expect(read(text)).to.deep.equal(JSON.parse(text))
      }),
    )
  })

  it('throws nothing but its own refusals, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc
        .array(fc.constantFrom('[', '{', '"', '\\', ':', ',', '}', ']', '1', '"__proto__"'), {
          maxLength: 100,
        })
        .map((parts) => Buffer.from(parts.join(''))),
    )
    fc.assert(
      fc.property(bytes, (body) => {
        try {
          read(body)
        } catch (error) {
          expect(error).to.be.instanceOf(HttpError)
        }
        expect(({} as { polluted?: unknown }).polluted).to.equal(undefined)
      }),
      { numRuns: 1000 },
    )
  })

  it('counts no brackets inside of text', () => {
    expect(read(`"${'['.repeat(1000)}"`)).to.have.length(1000)
    expect(read(`"\\"${'['.repeat(1000)}"`)).to.have.length(1001)
    expect(() => read(`["\\\\",${'['.repeat(40)}`)).to.throw('nested too deeply')
  })

  it('refuses 120,000 levels before anything recursive sees them', () => {
    expect(() => read('['.repeat(120_000) + ']'.repeat(120_000))).to.throw('nested too deeply')
  })

  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'application/vnd.x+json',
    'APPLICATION/JSON',
  ])
    it(`takes ${type}`, () => {
      expect(readJson({ headers: { 'content-type': type }, body: Buffer.from('1') })).to.equal(1)
    })

  for (const type of ['text/plain', 'application/jsonx', 'application/json-x', 'x/json', undefined])
    it(`does not take ${type}`, () => {
      const headers = type === undefined ? {} : { 'content-type': type }
      expect(() => readJson({ headers, body: Buffer.from('1') })).to.throw('must be application/json')
    })
})
