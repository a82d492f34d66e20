import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openKeys } from '../../bot/keys.ts'

describe('the keys', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kaijo-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('make their file at the first start, for its owner only', () => {
    const file = join(dir, 'deep', 'link.key')
    openKeys(file)
    expect(readFileSync(file)).to.have.length(32)
    expect(statSync(file).mode & 0o777).to.equal(0o600)
  })

  it('are the same after a restart, other for another purpose, other for another installation', () => {
    const file = join(dir, 'link.key')
    const first = openKeys(file).derive('direct-line')
    expect(openKeys(file).derive('direct-line')).to.deep.equal(first)
    expect(openKeys(file).derive('resume')).not.to.deep.equal(first)
    expect(openKeys(join(dir, 'other.key')).derive('direct-line')).not.to.deep.equal(first)
    expect(first).to.have.length(32)
    expect(readFileSync(file)).not.to.deep.equal(first)
  })

  it('refuse a file that is damaged instead of making chats unreadable', () => {
    const file = join(dir, 'link.key')
    writeFileSync(file, 'short')
    expect(() => openKeys(file)).to.throw(`${file} is 5 bytes; the key needs 32`)
    expect(readFileSync(file, 'utf8')).to.equal('short')
  })
})
