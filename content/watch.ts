import { watch } from 'node:fs'
import type { Finding } from './finding.ts'
import type { Content, ContentPlace, Loaded } from './load.ts'
import { loadContent } from './load.ts'
import { createReport } from './report.ts'

/** What to do about an edit. */
export interface Watching extends ContentPlace {
  /** The content that runs now; an edit that leaves it as it is tells nobody. */
  version?: string
  /** Milliseconds of quiet before an edit counts as finished; editors write a file in several goes. */
  quiet?: number
  onChange(content: Content): void
  /** The content that ran goes on running. */
  onBroken(findings: Finding[]): void
}

/** Follows the writers' edits until it is closed. Throws when a folder is not there. */
export function watchContent(watching: Watching): { close(): void } {
  const reload = createReload(watching)
  let timer: NodeJS.Timeout | undefined
  const touched = () => {
    clearTimeout(timer)
    timer = setTimeout(reload, watching.quiet ?? 200)
  }
  const watchers = [watching.dir, watching.localesDir].map((dir) => watch(dir, { recursive: true }, touched))
  for (const watcher of watchers) watcher.on('error', touched)
  return {
    close() {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}

/** Reads the content again, and tells what is new: neither the content that runs, nor the mistakes told last. */
export function createReload(watching: Watching): () => void {
  let { version } = watching
  let told = ''
  return () => {
    const { content, findings } = attempt(watching)
    const mistakes = content ? '' : JSON.stringify(findings)
    if (!content && mistakes !== told) watching.onBroken(findings)
    told = mistakes
    if (!content || content.version === version) return
    version = content.version
    watching.onChange(content)
  }
}

/** A file that vanishes while it is read, as when a branch is switched, is a broken edit like any other. */
function attempt(watching: Watching): Loaded {
  try {
    return loadContent(watching)
  } catch (error) {
    const report = createReport(watching.lang ?? 'ja')
    const detail = error instanceof Error ? error.message : String(error)
    report.add('unreadable', { file: watching.dir, line: 1, column: 1 }, { detail })
    return { findings: report.findings }
  }
}
