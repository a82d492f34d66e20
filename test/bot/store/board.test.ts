import { mock } from 'node:test'
import { expect } from 'chai'
import { type Board, MemoryBoard } from '../../../bot/store/board.ts'
import type { Store } from '../../../bot/store/index.ts'
import { openPostgres } from '../../../bot/store/postgres.ts'
import { PostgresBoard } from '../../../bot/store/postgresBoard.ts'
import { addressed, type Connections, openConnections } from '../../../bot/store/postgresPool.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'

const hour = 3_600_000

describe('the board of what processes know of this moment', () => {
  describe('of one process', () => {
    boardContract(async () => ({ board: new MemoryBoard(), end: async () => {} }))

    it('forgets what has had its end, whether or not anybody asks', () => {
      let now = 0
      const board = new MemoryBoard(() => now)
      for (let n = 0; n < 1000; n++) board.put(`topic ${n}`, 'a', '', 1000)
      now = 1000
      expect(board.of('topic 1')).to.deep.equal([])
      now = 30_000
      board.put('another', 'a', '', 1000)
      expect(board.topics('')).to.deep.equal(['another'])
    })
  })

  describe('what it writes', () => {
    let written: unknown[][]
    let fails: number
    let board: PostgresBoard

    beforeEach(() => {
      written = []
      fails = 0
      const query = async (text: string, values: unknown[] = []) => {
        if (fails-- > 0) throw new Error('The database is away.')
        if (text.startsWith('INSERT')) written.push(values[1] as unknown[])
        return []
      }
      board = new PostgresBoard({ query, listen: () => {} } as unknown as Connections, 'kaijo')
    })
    afterEach(() => board.close())

    it('is what changes together at once, and a sign of life not again until some of its time is over', async () => {
      for (let n = 0; n < 100; n++) for (const agent of ['hana', 'ken']) board.put('here', agent, '', hour)
      while (written.length === 0) await new Promise((resolve) => setImmediate(resolve))
      board.put('here', 'hana', '', hour)
      await board.close()
      expect(written).to.deep.equal([['hana', 'ken']])
    })

    it('is written later when the database is away', async () => {
      fails = 1
      board.put('here', 'hana', '', hour)
      while (fails > 0) await new Promise((resolve) => setImmediate(resolve))
      board.put('here', 'ken', '', hour)
      await board.close()
      expect(written.flat()).to.have.members(['hana', 'ken'])
    })

    it('is also what was put up last before the end', async () => {
      board.put('here', 'hana', '', hour)
      await board.close()
      expect(written).to.deep.equal([['hana']])
    })

    it('is nothing any more after the end, when sockets close that were still open', async () => {
      await board.close()
      mock.timers.enable({ apis: ['setTimeout'] })
      board.put('here', 'hana', '', hour)
      mock.timers.tick(1000)
      mock.timers.reset()
      await board.close()
      expect(written).to.deep.equal([])
    })
  })

  describe('of several processes on PostgreSQL', () => {
    let url: string
    let one: Store
    let other: Store

    beforeEach(async () => {
      url = (await sharedPostgres()).place()
      one = await openPostgres({ url })
      other = await openPostgres({ url })
    })
    afterEach(() => Promise.all([one.close(), other.close()]))

    boardContract(async () => ({ board: one.board as Board, end: async () => {} }))

    /** Resolves when the other one's board says so. */
    const seen = async (fits: (board: Board) => boolean) => {
      const board = other.board as Board
      while (!fits(board)) await heard(board)
    }

    it('tells the others what stands there, and what does not any more', async () => {
      one.board?.put('here', 'hana', '花子', hour)
      await seen((board) => board.read('here', 'hana') === '花子')
      one.board?.drop('here', 'hana')
      await seen((board) => board.read('here', 'hana') === undefined)
    })

    it('keeps and tells what has a character that PostgreSQL cannot, and what comes after it', async () => {
      one.board?.put('here', 'hana', 'a\0b', hour)
      one.board?.put('here', 'ken', '', hour)
      await seen((board) => board.read('here', 'ken') === '')
    })

    it('tells the others at once what stands nowhere', async () => {
      const told = new Promise((resolve) => other.board?.onNews((...news) => resolve(news)))
      let isTold = false
      void told.then(() => {
        isTold = true
      })
      // Until the other one listens, a hint may be missed.
      while (!isTold) {
        one.board?.hint('typing', 'c1')
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      expect(await told).to.deep.equal(['typing', 'c1'])
      expect(other.board?.of('typing')).to.deep.equal([])
    })

    it('is known whole to a process that has just begun', async () => {
      one.board?.put('here', 'hana', '', hour)
      await seen((board) => board.read('here', 'hana') !== undefined)
      const third = await openPostgres({ url })
      expect(third.board?.of('here')).to.deep.equal([['hana', '']])
      await third.close()
    })

    it('gives whoever asks what has been put up until then, without any hint', async () => {
      const { address, schema } = addressed(url)
      const sql = openConnections(address, schema, () => {})
      await sql.query("INSERT INTO board VALUES ('here', 'ken', '', now() + interval '1 hour')")
      await other.board?.refresh()
      expect(other.board?.of('here')).to.deep.equal([['ken', '']])
      await sql.close()
    })

    it('stands again after a crash of the server has emptied its table', async () => {
      one.board?.put('here', 'hana', '', hour)
      one.board?.put('here', 'ken', '', hour)
      one.board?.drop('here', 'ken')
      await seen((board) => board.read('here', 'hana') !== undefined)
      const { address, schema } = addressed(url)
      const sql = openConnections(address, schema, () => {})
      await sql.query('TRUNCATE board')
      // As a crash does: whoever listens is cut off.
      await sql.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND query LIKE $1",
        [`%${schema} %`],
      )
      let rows: unknown[] = []
      while (rows.length === 0) rows = await sql.query('SELECT key FROM board WHERE value IS NOT NULL')
      expect(rows).to.deep.equal([{ key: 'hana' }])
      await sql.close()
    })
  })
})

function boardContract(open: () => Promise<{ board: Board; end: () => Promise<void> }>): void {
  let board: Board
  let end: () => Promise<void>
  beforeEach(async () => {
    ;({ board, end } = await open())
  })
  afterEach(() => end())

  it('keeps what was put up under its topic, in the order in which it came', () => {
    board.put('here', 'b', '1', hour)
    board.put('here', 'a', '2', hour)
    board.put('away', 'c', '3', hour)
    board.put('here', 'b', '4', hour)
    expect(board.of('here')).to.deep.equal([
      ['b', '4'],
      ['a', '2'],
    ])
    expect(board.read('away', 'c')).to.equal('3')
    expect(board.topics('h')).to.deep.equal(['here'])
  })

  it('keeps nothing of what was dropped', () => {
    board.put('here', 'a', '', hour)
    board.drop('here', 'a')
    board.drop('here', 'never there')
    expect(board.read('here', 'a')).to.equal(undefined)
    expect(board.topics('')).to.deep.equal([])
  })

  it('keeps nothing longer than it was said to stand', async () => {
    board.put('here', 'a', '', 1)
    await until(() => board.topics('').length === 0)
    expect(board.of('here')).to.deep.equal([])
  })
}

/** Resolves with the next news; news may have come before, so not for long. */
function heard(board: Board): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(), 20)
    const stop = board.onNews(() => done())
    const done = () => {
      clearTimeout(timer)
      stop()
      resolve()
    }
  })
}
