import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import restify from 'restify'
import { GroupCommit } from '../bot/store/groupCommit.ts'

/**
 * Bare restify in a process of its own, started with a folder: `GET /hello` as its README has it, and `POST /durable`,
 * which answers when the body has been committed by the group commit that our store uses. Tells its parent the port.
 */
const db = new DatabaseSync(join(process.argv[2] ?? '.', 'restify.db'))
db.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE heard (body TEXT NOT NULL) STRICT',
)
const keep = db.prepare('INSERT INTO heard (body) VALUES (?)')
const group = new GroupCommit(db)
const server = restify.createServer()

server.get('/hello', (_request, response, next) => {
  response.send('hello')
  next()
})

server.post('/durable', (request, response, next) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', async () => {
    const body = JSON.parse(Buffer.concat(parts).toString())
    await group.write(() => keep.run(JSON.stringify(body)))
    response.send({ id: 'heard' })
    next()
  })
})

server.listen(0, '127.0.0.1', () => process.send?.(server.address().port))
process.on('disconnect', () => process.exit(0))
