import { expect } from 'chai'
import type { LineAnswer } from '../../../bot/channels/lineApi.ts'
import { lineBackRoutes } from '../../../bot/channels/lineBack.ts'
import { askLineIdentity } from '../../../bot/channels/lineIdentity.ts'
import { createLog } from '../../../bot/log.ts'
import { HttpError, type HttpRequest, type Route } from '../../../bot/route.ts'
import { until } from '../../support/until.ts'

const good: LineAnswer = {
  status: 200,
  body: { userId: 'Ubot', basicId: '@kaijo', displayName: 'Kaijo', somethingNew: 1 },
  requestId: 'r',
}
const bad: Record<string, LineAnswer> = {
  'cannot be reached': { status: 'unreached', why: 'ECONNREFUSED' },
  'does not answer': { status: 'unknown', why: 'TimeoutError' },
  'has a bad moment': { status: 500, body: undefined, requestId: undefined },
  'refuses the token': { status: 401, body: { message: 'Authentication failed' }, requestId: 'r' },
  'answers something else': { status: 200, body: { userId: 7, basicId: 'x' }, requestId: 'r' },
}

function ask(answers: LineAnswer[], basicId?: string) {
  const paths: string[] = []
  const api = {
    call: async ({ path }: { path: string }) => {
      paths.push(path)
      return answers.shift() ?? good
    },
    close: async () => {},
  }
  const identity = askLineIdentity({ api, log: createLog('silent'), basicId, pauses: [0] })
  return { identity, paths }
}

describe('who the LINE account is', () => {
  for (const [what, answer] of Object.entries(bad))
    it(`is asked again while LINE ${what}`, async () => {
      const { identity, paths } = ask([answer, answer])
      expect(identity.userId).to.equal(undefined)
      await until(() => identity.userId === 'Ubot')
      expect(identity.basicId).to.equal('@kaijo')
      expect(paths).to.deep.equal(['/v2/bot/info', '/v2/bot/info', '/v2/bot/info'])
      identity.close()
    })

  it('is what the settings say, also before LINE has answered', async () => {
    const { identity } = ask([], '@premium')
    expect(identity.basicId).to.equal('@premium')
    await until(() => identity.userId === 'Ubot')
    expect(identity.basicId).to.equal('@premium')
    identity.close()
  })

  it('leads back to the account, or to nowhere while it is not known', () => {
    const request = (lang: string) =>
      ({ url: new URL(`https://a.example/line/back.svg?lang=${lang}`) }) as HttpRequest
    const resume = (locale: string) => (locale === 'en' ? 'Continue' : '続き')
    for (const { handle } of lineBackRoutes({ identity: { basicId: undefined }, resume }))
      expect(() => handle(request('ja'))).to.throw(HttpError, /not known yet/)
    const [address, code] = lineBackRoutes({ identity: { basicId: '@a.b-c_1' }, resume }) as [Route, Route]
    expect(address.handle(request('ja'))).to.deep.include({
      body: { address: 'https://line.me/R/ti/p/%40a.b-c_1' },
    })
    const drawn = (lang: string) => (code.handle(request(lang)) as { body: string }).body
    expect(drawn('en')).to.match(/^<svg viewBox="0 0 \d+ \d+" [^>]*><rect [^>]*fill="#fff"\/><path /)
    expect(drawn('en')).not.to.equal(drawn('ja'))
    expect(drawn('xx')).to.equal(drawn('ja'))
  })
})
