import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { openKeys } from '../../bot/keys.ts'
import { auditPublicKey, verifyAudit } from '../../unlock/index.ts'
import { type Served, serve } from '../support/process.ts'
import { Crowd, gateVerdict } from './crowd.ts'
import { limitFiles, mountSmallDisk } from './fullDisk.ts'
import type { Context, Scenario } from './scenario.ts'

export const scenario: Scenario = {
  id: 'F19',
  title:
    'acknowledges nothing while its disk takes nothing, and goes on without a restart when it does again',
  async run(context) {
    await cannotWrite(context)
    await diskFull(context)
    await halfAnEntry(context)
    await readOnly(context)
  },
}

/** Every write of every file fails, as with a broken disk. */
async function cannotWrite(context: Context): Promise<void> {
  const bot = await serve({ LOG_LEVEL: 'error' })
  await bot.start()
  const pid = bot.pid() as number
  await struck(context, 'no write succeeds', bot, join(bot.dir, 'kaijo.db'), {
    strike: () => limitFiles(pid, 1),
    heal: () => limitFiles(pid),
  })
  await bot.end()
}

async function diskFull(context: Context): Promise<void> {
  const disk = mountSmallDisk(16 * 1024)
  context.figure('disk full: mounting is allowed', disk ? 'yes' : 'no; left out')
  if (!disk) return
  const file = join(disk.dir, 'kaijo.db')
  const bot = await serve({ LOG_LEVEL: 'error', STORAGE_URL: `sqlite:${file}` })
  try {
    await bot.start()
    await struck(context, 'disk full', bot, file, { strike: disk.fill, heal: disk.empty })
  } finally {
    await bot.end()
    disk.end()
  }
}

async function struck(
  context: Context,
  name: string,
  bot: Served,
  file: string,
  { strike, heal }: { strike: () => void; heal: () => void },
): Promise<void> {
  const crowd = new Crowd([bot], 10)
  await crowd.begin()
  await crowd.goesOn(300)
  strike()
  // What was on its way may still be answered.
  await sleep(100)
  const before = crowd.taken
  await sleep(context.quick ? 1500 : 10_000)
  const during = crowd.taken - before
  heal()
  const healed = performance.now()
  await crowd.goesOn(100)
  const recovered = performance.now() - healed
  const histories = await crowd.end()
  const db = new DatabaseSync(file, { readOnly: true })
  const versions = new Map(
    db
      .prepare('SELECT id, version FROM conversations')
      .all()
      .map(({ id, version }) => [id, Number(version)]),
  )
  const { integrity_check: integrity } = db.prepare('PRAGMA integrity_check').get() ?? {}
  db.close()
  for (const history of histories) history.version = versions.get(history.conversation)
  gateVerdict(context, name, histories)
  const { odd, unclear, slowest } = crowd.answers
  context.gate(`${name}: acknowledged meanwhile`, during, '==', 0)
  context.gate(`${name}: answers other than 2xx, and 503 with Retry-After`, odd + unclear, '==', 0)
  context.gate(`${name}: faults in the file`, Number(integrity !== 'ok'), '==', 0)
  context.gate(`${name}: exits of the bot`, Number(!bot.isRunning()), '==', 0)
  context.pace(`${name}: slowest answer, ms`, Math.round(slowest), '<=', 2000)
  context.pace(`${name}: until every customer could write again, ms`, Math.round(recovered), '<=', 10_000)
  context.figure(`${name}: answers`, String(crowd.answers))
}

/** The disk takes a part of an entry of the audit log and no more. */
async function halfAnEntry(context: Context): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'kaijo-fault-'))
  const keys = openKeys(join(dir, 'link.key'))
  const writer = fork(join(import.meta.dirname, 'auditWriter.ts'), [dir])
  const write = async () => {
    const answer = once(writer, 'message')
    writer.send('write')
    return (await answer)[0] as 'written' | 'refused'
  }
  await once(writer, 'message')
  const all: string[] = []
  for (let n = 0; n < (context.quick ? 40 : 400); n++) {
    // An entry is hardly longer; what else the process writes lies in smaller files.
    const room = Math.floor(context.random() * 300)
    limitFiles(writer.pid as number, statSync(join(dir, 'audit.log')).size + room)
    all.push(await write())
    limitFiles(writer.pid as number)
    all.push(await write())
  }
  const gone = once(writer, 'exit')
  writer.send('end')
  await gone
  const { findings, entries } = await verifyAudit(dir, auditPublicKey(keys))
  const written = all.filter((answer) => answer === 'written').length
  context.figure('audit log: entries written and refused', `${written} and ${all.length - written}`)
  context.gate('audit log: refused', all.length - written, '>=', all.length / 8)
  context.gate('audit log: findings of its check', findings.length, '==', 0)
  context.gate(
    'audit log: entries that were refused and stand in it, or the other way round',
    entries - written,
    '==',
    0,
  )
  rmSync(dir, { recursive: true })
}

/** Nothing can be made where STORAGE_URL points to. */
async function readOnly(context: Context): Promise<void> {
  const bot = await serve({ LOG_LEVEL: 'error', STORAGE_URL: 'sqlite:/dev/null/kaijo.db' })
  const refusal = await bot.start().then(
    () => '',
    (error: Error) => error.message,
  )
  context.gate('read-only: starts all the same', Number(bot.isRunning()), '==', 0)
  context.gate(
    'read-only: says so, naming STORAGE_URL',
    Number(/STORAGE_URL names the file/.test(refusal)),
    '==',
    1,
  )
  rmSync(bot.dir, { recursive: true })
}
