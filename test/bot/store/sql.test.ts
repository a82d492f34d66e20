import { expect } from 'chai'
import { makeDeskTables } from '../../../bot/store/deskTables.ts'
import { openPostgres } from '../../../bot/store/postgres.ts'
import { openSql, type SqlConnection } from '../../../bot/store/sql.ts'
import { sharedPostgres } from '../../support/postgres.ts'

describe('the portable SQL', () => {
  for (const [name, open] of [
    ['SQLite', async () => openSql('sqlite::memory:')],
    ['PostgreSQL', openOnPostgres],
  ] as const) {
    describe(`on ${name}`, () => {
      let sql: SqlConnection
      before(async () => {
        sql = await open()
        await makeDeskTables(sql)
      })
      after(() => sql.close())
      beforeEach(() => sql.run('DELETE FROM desk_notes'))

      const note = (id: string) =>
        [
          'INSERT INTO desk_notes (id, conversation, account, note, at) VALUES (?, ?, ?, ?, ?)',
          [id, 'c1', 'a1', '要確認', 5],
        ] as const

      it('gives rows and how many were changed, whatever stands in them', async () => {
        expect(await sql.run(...note('n1'))).to.equal(1)
        expect(await sql.all('SELECT note, at FROM desk_notes WHERE id = ?', ['n1'])).to.deep.equal([
          { note: '要確認', at: 5 },
        ])
        expect(await sql.run('UPDATE desk_notes SET at = ? WHERE id = ?', [6, 'nobody'])).to.equal(0)
      })

      it('undoes a transaction whose work rejects, and keeps one that resolves, nested or not', async () => {
        const failing = sql.transaction(async (inner) => {
          await inner.run(...note('n1'))
          throw new Error('no')
        })
        expect((await Promise.allSettled([failing]))[0].status).to.equal('rejected')
        expect(await sql.all('SELECT id FROM desk_notes')).to.deep.equal([])
        await sql.transaction((inner) => inner.transaction((most) => most.run(...note('n2'))))
        expect(await sql.all('SELECT id FROM desk_notes')).to.deep.equal([{ id: 'n2' }])
      })
    })
  }
})

async function openOnPostgres(): Promise<SqlConnection> {
  const url = (await sharedPostgres()).place()
  await (await openPostgres({ url })).close()
  return openSql(url)
}
