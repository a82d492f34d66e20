import { rmSync } from 'node:fs'
import { expect } from 'chai'
import { readConfig } from '../../bot/config.ts'
import { createLog } from '../../bot/log.ts'
import { type Kaijo, startKaijo } from '../../bot/start.ts'
import { Deployment } from '../support/deploy.ts'
import { testSettings } from '../support/testSettings.ts'

const log = createLog('silent')

describe('a start', () => {
  let deployment: Deployment
  let dir: string
  let kaijo: Kaijo

  /** With content that this process has not seen: nothing of it is made yet. */
  async function settings(of: string) {
    deployment = new Deployment().edit('content/banks/osaka-city.yaml', (text) => `${text}\n# ${of}\n`)
    const made = await testSettings()
    dir = made.dir
    return readConfig({ ...made.env, CONTENT_DIR: deployment.contentDir })
  }
  afterEach(async () => {
    await kaijo.close()
    deployment.end()
    rmSync(dir, { recursive: true })
  })

  /** Whether all is made that the first question would wait for. */
  const state = () =>
    Promise.race([
      kaijo.prepared.then(() => 'made'),
      new Promise((resolve) => setImmediate(resolve, 'in the making')),
    ])

  it('takes requests at once where nobody else does', async () => {
    kaijo = await startKaijo(await settings('alone'), log)
    expect(await state()).to.equal('in the making')
    expect((await fetch(`${kaijo.url}/readyz`)).status).to.equal(200)
  })

  it('takes none before all is made that the first would wait for, where others answer meanwhile', async () => {
    const config = await settings('beside others')
    let answered = ''
    kaijo = await startKaijo(config, log, async () => {
      answered = await fetch(`${config.publicUrl}/readyz`).then(String, () => 'nobody')
    })
    expect(answered).to.equal('nobody')
    expect(await state()).to.equal('made')
    expect((await fetch(`${kaijo.url}/readyz`)).status).to.equal(200)
  })
})
