import { once } from 'node:events'
import { join } from 'node:path'
import { thrift } from '../bot/thrift.ts'
import { readCommandLine } from '../content/index.ts'
import '../test/support/sdk.ts'
import { inFolder } from './folder.ts'
import type { Manner } from './servers.ts'

readCommandLine(
  'npm run bench:profile    says where the time of a guided turn goes over HTTP, on SQLite and on PostgreSQL, in half a minute',
)
// Loaded after the command line is read, so that help comes at once.
const { Mind } = await import('../test/support/mind.ts')
const { startPostgres } = await import('../test/support/postgres.ts')
const { Caller } = await import('./caller.ts')
const { callers, crowd } = await import('./crowd.ts')
const { sharesOf } = await import('./profile.ts')
const { startKaijo } = await import('./servers.ts')
const { recordWalk, withoutTheBank } = await import('./walk.ts')

const program = [
  '--import',
  join(import.meta.dirname, 'profileProbe.ts'),
  join(import.meta.dirname, '..', 'bot', 'index.ts'),
]
const walk = await recordWalk(new Mind(), withoutTheBank)
await inFolder((dir) => profile('SQLite', dir, {}))
const postgres = await startPostgres()
try {
  await inFolder((dir) => profile('PostgreSQL, one process', dir, { STORAGE_URL: postgres.place() }))
} finally {
  await postgres.stop()
}

/** As many callers as the bench has, who call again as soon as they are answered. */
async function profile(name: string, dir: string, env: NonNullable<Manner['env']>): Promise<void> {
  const kaijo = await startKaijo(dir, { program, env: { ...thrift, ...env }, talks: true })
  const { process: child, port } = kaijo
  const told = async (what: 'begin' | 'end') => {
    child.send(what)
    const [answer] = await once(child, 'message')
    return answer
  }
  const customers = Array.from({ length: callers }, () => new Caller(port, walk))
  try {
    await Promise.all(customers.map((customer) => customer.open()))
    const go = crowd(customers.map((customer) => () => customer.turn()))
    await go(2000)
    await told('begin')
    const rate = await go(5000)
    const { profile: seen } = await told('end')
    const { busy, parts } = sharesOf(seen)
    console.log(
      `\n${name}: ${Math.round(rate)} guided turns a second, the process busy ${percent(busy)} of the time`,
    )
    for (const [part, share] of parts) console.log(`${percent(share).padStart(9)}  ${part}`)
  } finally {
    for (const customer of customers) customer.close()
    await kaijo.stop()
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
