import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createReport } from '../../content/report.ts'
import { mostBytes, readSource } from '../../content/source.ts'
import { customer } from '../security/customer.ts'
import { mishaps, type Watched, watched } from '../security/watched.ts'
import { bombs } from './bombs.ts'
import type { Context, Scenario } from './scenario.ts'

const root = join(import.meta.dirname, '..', '..')

/** Files that would take a reader of YAML down, put among the content of a bot that runs. */
export const scenario: Scenario = {
  id: 'F16',
  title: 'refuses content that is made to take it down, at once, and speaks on from what it has',
  async run(context) {
    refused(context)
    const dir = mkdtempSync(join(tmpdir(), 'kaijo-bombs-'))
    for (const folder of ['content', 'locales'])
      cpSync(join(root, folder), join(dir, folder), { recursive: true })
    const kaijo = await watched({ LOG_LEVEL: 'info', CONTENT_DIR: join(dir, 'content') })
    try {
      await dropped(context, kaijo, join(dir, 'content', 'faq'))
    } finally {
      await kaijo.end()
      rmSync(dir, { recursive: true })
    }
  },
}

/** Each by itself, as the reader of one file gets it. */
function refused({ figure, gate, pace }: Context): void {
  let slowest = 0
  for (const [name, { text, rule, isYaml }] of Object.entries(bombs)) {
    // What is wrong with these is only seen when all is read.
    if (isYaml) continue
    // Those that are too long are not read at all; the length is asked of the folder.
    const bytes = Buffer.from(text.slice(0, mostBytes + 1))
    // What is compiled at the first reading is no bomb's work.
    readSource('bomb.yaml', bytes, createReport('en'))
    const report = createReport('en')
    const began = process.cpuUsage()
    readSource('bomb.yaml', bytes, report)
    const { user, system } = process.cpuUsage(began)
    slowest = Math.max(slowest, (user + system) / 1000)
    const rules = report.findings.map((finding) => finding.rule)
    gate(`${name}: refused by its rule`, Number(rules.includes(rule)), '==', 1)
  }
  figure('bombs', Object.keys(bombs).length)
  pace('most work until one is refused, ms', Math.round(slowest), '<=', 100)
}

/** One after the other beside the content that runs, while somebody is led by it; then a good edit. */
async function dropped(context: Context, kaijo: Watched, folder: string): Promise<void> {
  const { quick, figure, gate, pace } = context
  const mine = await customer(kaijo)
  const before = await (quick ? kaijo.look() : kaijo.sweep())
  let [silent, unserved, stalled] = [0, 0, 0]
  const all = Object.entries(bombs).filter((_, at) => !quick || at % 5 === 0)
  for (const [at, [, { text, rule }]] of all.entries()) {
    const file = join(folder, `bomb-${at}.yaml`)
    writeFileSync(file, text)
    await mine.say('サービスがご利用できなくなりました')
    if (!(await mine.heard()).includes('ロックされたのは')) unserved++
    const told = () =>
      kaijo.output().includes(`"rule":"${rule}"`) && kaijo.output().includes(`bomb-${at}.yaml`)
    for (let n = 0; n < 200 && !told(); n++) await sleep(50)
    if (!told()) silent++
    await mine.say('最初から')
    if ((await mine.heard()) === '') unserved++
    stalled = Math.max(stalled, (await kaijo.look()).stalled)
    rmSync(file)
  }
  figure('bombs dropped beside content that runs', all.length)
  figure('event loop stood still, ms', stalled)
  gate('bombs that no line of the log tells of', silent, '==', 0)
  gate('turns that did not speak from the content before', unserved, '==', 0)
  gate('times that a bomb became the content', kaijo.output().split('content.changed').length - 1, '==', 0)
  const after = await (quick ? kaijo.look() : kaijo.sweep())
  if (!quick) pace('more memory afterwards, MB', after.megabytes - before.megabytes, '<=', 20)
  appendFileSync(join(folder, '..', 'synonyms.yaml'), '\n# An edit without a mistake.\n')
  for (let n = 0; n < 200 && !kaijo.output().includes('content.changed'); n++) await sleep(50)
  gate('a good edit afterwards is taken', Number(kaijo.output().includes('content.changed')), '==', 1)
  gate('processes ended', kaijo.isRunning() ? 0 : 1, '==', 0)
  gate('mishaps in the log', mishaps(kaijo.output()).length, '==', 0)
}
