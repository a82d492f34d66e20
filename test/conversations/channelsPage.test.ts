import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { channelsPage } from './channelsPage.ts'

const file = join(import.meta.dirname, '..', '..', 'docs', 'channels.md')

describe('docs/channels.md', function () {
  this.timeout(300_000)

  it('shows what each channel gets today; when it does not: npm run docs:channels', async () => {
    expect(await channelsPage()).to.equal(readFileSync(file, 'utf8'))
  })
})
