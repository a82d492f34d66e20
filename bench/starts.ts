import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './report.ts'
import { median } from './rounds.ts'
import { startKaijo } from './servers.ts'

const starts = 3
/** Time for what the start has left behind to be collected. */
const settle = 1000

/** From the start of the process to `/readyz`, and memory when idle, beside a Node that does nothing; ~10 seconds. */
export async function startToReady(dir: string): Promise<Row[]> {
  const figures = { ready: [] as number[], node: [] as number[], idle: [] as number[], empty: [] as number[] }
  for (let i = 0; i < starts; i++) {
    const node = await emptyNode()
    figures.node.push(node.ms)
    figures.empty.push(node.mb)
    const kaijo = await startKaijo(mkdtempSync(join(dir, 'start-')))
    figures.ready.push(kaijo.ms)
    await new Promise((resolve) => setTimeout(resolve, settle))
    figures.idle.push(megabytes(kaijo.process.pid))
    await kaijo.stop()
  }
  return [
    {
      name: 'start to ready',
      figure: median(figures.ready),
      unit: 'ms',
      aim: { atMost: 1200 },
      behind: { 'empty Node ms': median(figures.node) },
    },
    {
      name: 'memory when idle (RSS)',
      figure: median(figures.idle),
      unit: 'MB',
      aim: { atMost: 150 },
      behind: { 'empty Node MB': median(figures.empty) },
    },
  ]
}

async function emptyNode(): Promise<{ ms: number; mb: number }> {
  const began = performance.now()
  const script = "process.stdout.write('ready'); process.stdin.resume()"
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise((resolve, reject) => child.stdout.once('data', resolve) && child.once('exit', reject))
  const ms = performance.now() - began
  const mb = megabytes(child.pid)
  child.stdin.end()
  return { ms, mb }
}

/** What the operating system counts, in kilobytes; ps is missing in many Linux images, /proc everywhere else. */
function megabytes(pid: number | undefined): number {
  const kilobytes =
    process.platform === 'linux'
      ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kilobytes) / 1024
}
