import { expect } from 'chai'
import { createLog, type Fields } from '../../bot/log.ts'

const canary = '暗証番号は1234'

describe('the log', () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => lines.push(line) })
  const last = () => JSON.parse(lines.at(-1) ?? '')

  it('writes one line of the fields that are allowed, and leaves all others out', () => {
    const cheated = { event: 'turn', ms: 3, text: canary, headers: { authorization: canary }, body: canary }
    log.info(cheated as Fields)
    expect(last()).to.include({ event: 'turn', ms: 3 }).and.have.all.keys('level', 'time', 'event', 'ms')
  })

  it('takes no object where a name or a figure belongs', () => {
    log.info({ event: 'turn', id: { text: canary } as unknown as string })
    expect(last()).not.to.have.property('id')
  })

  it('keeps a forged line inside its field', () => {
    log.info({ event: 'turn', id: 'x"}\n{"level":60,"event":"forged' })
    expect(lines.at(-1)?.trimEnd()).not.to.include('\n')
    expect(last().event).to.equal('turn')
  })

  it('tells of an error what cannot be a customer’s words', () => {
    const cause = new SyntaxError(`Unexpected token in JSON: "${canary}" at 17`)
    const err = Object.assign(new Error(`cannot store ${canary}`, { cause }), { code: 'SQLITE_FULL' })
    log.error({ event: 'failed', err })
    const line = last()
    expect(lines.at(-1)).not.to.match(/暗証番号|1234/)
    expect(line.err).to.include({ name: 'Error', code: 'SQLITE_FULL', message: 'cannot store …#' })
    expect(line.err.at[0]).to.include('log.test.ts')
    expect(line.err.cause.name).to.equal('SyntaxError')
    expect(line).not.to.have.property('msg')
  })

  it('takes whatever is thrown for an error', () => {
    log.error({ event: 'failed', err: canary })
    expect(last().err).to.deep.equal({ name: 'string' })
  })

  it('is silent below its level', () => {
    const before = lines.length
    log.debug({ event: 'detail' })
    expect(lines).to.have.length(before)
  })
})
