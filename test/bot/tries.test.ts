import { expect } from 'chai'
import type { HttpError } from '../../bot/route.ts'
import { openPostgres } from '../../bot/store/postgres.ts'
import { openSql, type SqlConnection } from '../../bot/store/sql.ts'
import { type Counting, countHere, countTogether } from '../../bot/tries.ts'
import { sharedPostgres } from '../support/postgres.ts'

const allowed = { name: 'logon', points: 3, seconds: 600 }

describe('tries that nobody may have too many of', () => {
  const sqls: SqlConnection[] = []
  const kinds: Record<string, () => Promise<Counting>> = {
    'in this process': async () => countHere,
    'in the database': async () => {
      const url = (await sharedPostgres()).place()
      await (await openPostgres({ url })).close()
      return counted(url)
    },
  }
  const counted = (url: string) => {
    const sql = openSql(url)
    sqls.push(sql)
    return countTogether(sql)
  }
  afterEach(async () => {
    for (const sql of sqls.splice(0)) await sql.close()
  })

  for (const [where, open] of Object.entries(kinds)) {
    it(`are counted by key ${where}, and who has had all is told when to come back`, async () => {
      const tries = (await open())(allowed)
      for (let n = 0; n < 3; n++) await tries.count('192.0.2.1 hana')
      const refusal = await refused(tries.count('192.0.2.1 hana'))
      expect(refusal).to.include({ status: 429, code: 'TooManyTries' })
      expect(Number(refusal.headers?.['Retry-After'])).to.be.within(1, 600)
      expect(await answer(tries.count('192.0.2.1 ken'))).to.equal('counted')
    })

    it(`are given back ${where}, one or all`, async () => {
      const tries = (await open())(allowed)
      for (let n = 0; n < 10; n++) {
        expect(await answer(tries.count('a')), `try ${n}`).to.equal('counted')
        await tries.reward('a')
      }
      for (let n = 0; n < 3; n++) await tries.count('b')
      expect(await answer(tries.count('b'))).to.equal(429)
      await tries.forget('b')
      expect(await answer(tries.count('b'))).to.equal('counted')
    })
  }

  it('are the same for every process, and other names are counted apart', async () => {
    const url = (await sharedPostgres()).place()
    await (await openPostgres({ url })).close()
    const [one, other] = [counted(url), counted(url)]
    for (let n = 0; n < 3; n++) await one(allowed).count('a')
    expect(await answer(other(allowed).count('a'))).to.equal(429)
    expect(await answer(other({ ...allowed, name: 'guide' }).count('a'))).to.equal('counted')
  })

  it('are counted by each process alone while the database cannot be reached', async () => {
    const tries = countTogether({ all: () => Promise.reject(new Error('no database')) })(allowed)
    for (let n = 0; n < 3; n++) await tries.count('a')
    expect(await answer(tries.count('a'))).to.equal(429)
  })
})

/** Whether a try was counted, or with which status it was refused. */
function answer(tried: Promise<void>): Promise<'counted' | number> {
  return tried.then(
    () => 'counted',
    ({ status }: HttpError) => status,
  )
}

function refused(tried: Promise<void>): Promise<HttpError> {
  return tried.then(
    () => Promise.reject(new Error('It was allowed.')),
    (error: HttpError) => error,
  )
}
