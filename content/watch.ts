import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { DeskContent } from './deskContent.ts'
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
  onChange(content: Content, desk: DeskContent): void
  /** The content that ran goes on running. */
  onBroken(findings: Finding[]): void
}

/** How soon to look again for a folder that has gone, as while a branch is switched. */
const retry = 1000

/** Follows the writers' edits until it is closed. Throws when a folder is not there. */
export function watchContent(watching: Watching): { close(): void } {
  const reload = createReload(watching)
  const places = [watching.dir, watching.localesDir]
  let timer: NodeJS.Timeout | undefined
  const touched = () => later(watching.quiet ?? 200)
  let watchers = watchFolders(places, touched)
  const look = () => {
    // What an edit has put in the place of a folder is another folder: the new one is watched before it is read.
    const before = watchers
    watchers = attemptWatch(places, touched) ?? before
    if (watchers === before) later(retry)
    else closeAll(before)
    reload()
  }
  const later = (pause: number) => {
    clearTimeout(timer)
    timer = setTimeout(look, pause)
  }
  return {
    close() {
      clearTimeout(timer)
      closeAll(watchers)
    },
  }
}

/**
 * Watches each folder by itself. `recursive` would watch each file on Linux, and lose a file for good when an editor
 * saves it by putting a new one in its place.
 */
function watchFolders(places: string[], touched: () => void): FSWatcher[] {
  const folders = places.flatMap((place) => [
    place,
    ...readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name)),
  ])
  return folders.map((folder) => watch(folder, touched).on('error', touched))
}

function attemptWatch(places: string[], touched: () => void): FSWatcher[] | undefined {
  try {
    return watchFolders(places, touched)
  } catch {
    return undefined
  }
}

function closeAll(watchers: FSWatcher[]): void {
  for (const watcher of watchers) watcher.close()
}

/** Reads the content again, and tells what is new: neither the content that runs, nor the mistakes told last. */
export function createReload(watching: Watching): () => void {
  let { version } = watching
  let told = ''
  return () => {
    const { content, desk, findings } = attempt(watching)
    const mistakes = content ? '' : JSON.stringify(findings)
    if (!content && mistakes !== told) watching.onBroken(findings)
    told = mistakes
    if (!content || !desk || content.version === version) return
    version = content.version
    watching.onChange(content, desk)
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
