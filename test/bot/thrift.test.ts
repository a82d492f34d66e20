import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Served, serve } from '../support/process.ts'

describe('a process that starts', () => {
  let served: Served

  before(async () => {
    served = await serve({ LOG_LEVEL: 'error' })
    await served.start()
  })
  after(() => served.end())

  it('is the one that was started, has its memory kept small, and uses what was compiled before', () => {
    if (process.platform !== 'linux') return
    const environment = readFileSync(`/proc/${served.pid()}/environ`, 'utf8').split('\0')
    expect(environment).to.include('MALLOC_MMAP_THRESHOLD_=131072')
    expect(environment.filter((entry) => entry.startsWith('NODE_COMPILE_CACHE='))).to.have.length(1)
    expect(environment.some((entry) => entry.startsWith('DIRECT_LINE_SECRET='))).to.equal(true)
  })

  it('ends by SIGTERM with 0, and starts again on its data', async () => {
    expect(await served.stop()).to.equal(0)
    await served.start()
    expect((await fetch(`${served.url}/readyz`)).status).to.equal(200)
  })
})
