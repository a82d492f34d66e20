import { expect } from 'chai'
import { type Running, runKaijo } from '../../support/kaijo.ts'
import { buttonsOf, TeamsCustomer, wordsOf } from '../../support/teamsCustomer.ts'
import { TeamsStandIn } from '../../support/teamsStandIn.ts'

describe('Teams', function () {
  this.timeout(30_000)
  let standIn: TeamsStandIn
  let kaijo: Running

  before(async () => {
    standIn = await TeamsStandIn.start()
    kaijo = await runKaijo(standIn.env)
  })
  after(async () => {
    await kaijo.end()
    await standIn.close()
  })

  it('answers a message with a good token through the connector, with a bearer token of the login', async () => {
    const customer = new TeamsCustomer(kaijo, standIn, { locale: 'ja-JP' })
    const heard = await customer.say('サービスがご利用できなくなりましたと出てログオンできません')
    expect(wordsOf(heard)).to.include('ロックされたのはどなたですか？')
    expect(buttonsOf(heard).map(({ title }) => title)).to.include.members(['利用者', '管理者'])
    for (const { authorization } of heard) expect([...standIn.bearers]).to.include(authorization?.slice(7))
  })
})
