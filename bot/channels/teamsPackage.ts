import { readFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import type { Words } from '../../locales/index.ts'
import { type TeamsApp, teamsTextProblems, teamsTexts } from './teamsManifest.ts'

/** The package cannot be made; carries every problem, each a sentence that names what to mend. */
export class TeamsPackageError extends Error {
  constructor(problems: readonly string[]) {
    super(`The package cannot be made:\n${problems.join('\n')}`)
  }
}

/** When ZIP files begin: with one date for all, the same settings make the same bytes. */
const mtime = '1980-01-01'

/**
 * The app package that an administrator of Teams uploads: a ZIP of manifest, translation and icons.
 * Throws TeamsPackageError when Teams would not take it.
 */
export function teamsPackage(app: TeamsApp, words: Pick<Words, 't'>): Uint8Array {
  const problems = [...settingProblems(app), ...teamsTextProblems(app, words)]
  if (problems.length > 0) throw new TeamsPackageError(problems)
  const texts = Object.entries(teamsTexts(app, words)).map(
    ([name, text]) => [name, strToU8(`${JSON.stringify(text, undefined, 2)}\n`)] as const,
  )
  const icons = ['color.png', 'outline.png'].map((name) => [name, icon(name)] as const)
  return zipSync(Object.fromEntries([...texts, ...icons]), { mtime })
}

function icon(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`./teamsApp/${name}`, import.meta.url)))
}

function settingProblems({ appId, version, publicUrl, website, privacy, terms }: TeamsApp): string[] {
  const problems: string[] = []
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(appId))
    problems.push(
      appId
        ? `MicrosoftAppId is "${appId}"; it must be the Microsoft App ID as the Azure portal shows it, e.g. 00000000-0000-0000-0000-000000000000`
        : 'MicrosoftAppId is not set; set it to the Microsoft App ID as the Azure portal shows it',
    )
  if (!/^\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(version))
    problems.push(`--version is "${version}"; it must be three numbers, e.g. 1.0.1`)
  if (!isHttps(publicUrl))
    problems.push(
      `PUBLIC_URL is "${publicUrl}"; it must be the https:// address at which Microsoft reaches Kaijo`,
    )
  else
    for (const [name, url] of Object.entries({ website, privacy, terms }))
      if (!isHttps(url)) problems.push(`--${name} is "${url}"; it must be an https:// address`)
  return problems
}

function isHttps(url: string): boolean {
  return URL.parse(url)?.protocol === 'https:' && url.length <= 2048
}
