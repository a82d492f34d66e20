import { writeFileSync } from 'node:fs'
import { readCommandLine } from '../content/index.ts'
import { createWords } from '../locales/index.ts'
import { TeamsPackageError, teamsPackage } from './channels/teamsPackage.ts'
import { ConfigError, readConfig } from './config.ts'
import { ContentError, firstContent, localesBeside } from './contentPlace.ts'

const usage = `npm run teams:package [-- --out kaijo-teams.zip]
Writes the app package that an administrator of Teams uploads, from MicrosoftAppId, PUBLIC_URL and BANK.
  --out FILE       where to write it                                  kaijo-teams.zip
  --version X.Y.Z  higher than that of the package before             1.0.0
  --website URL    the bank's page about the service                  PUBLIC_URL
  --privacy URL    the bank's privacy statement                       PUBLIC_URL
  --terms URL      the bank's terms of use                            PUBLIC_URL`

const options = ['out', 'version', 'website', 'privacy', 'terms'] as const

/** `npm run teams:package`. Ends with 1 when a setting is missing or wrong, with 2 when an option is. */
function main(): void {
  const { out = 'kaijo-teams.zip', ...given } = readCommandLine(usage, options).values
  const { MicrosoftAppId: appId = '', PUBLIC_URL, CONTENT_DIR, BANK } = process.env
  if (!PUBLIC_URL)
    throw new TeamsPackageError([
      ...(appId
        ? []
        : ['MicrosoftAppId is not set; set it to the Microsoft App ID as the Azure portal shows it']),
      'PUBLIC_URL is not set; set it to the https:// address at which Microsoft reaches Kaijo',
    ])
  // The other settings, secrets among them, are not needed where the package is made.
  const { contentDir, bank: id, publicUrl } = readConfig({ PUBLIC_URL, CONTENT_DIR, BANK })
  const localesDir = localesBeside(contentDir)
  const { sentences, bank } = firstContent({ contentDir, localesDir, bank: id })
  const words = createWords({ dir: localesDir, sentences, bank })
  const pages = { website: publicUrl, privacy: publicUrl, terms: publicUrl, ...given }
  const version = given.version ?? '1.0.0'
  writeFileSync(out, teamsPackage({ appId, bankName: bank.name, publicUrl, ...pages, version }, words))
  console.log(`${out} is written: version ${version}, for the bot ${appId} at ${publicUrl}.`)
  for (const page of ['privacy', 'terms'] as const)
    if (!given[page])
      console.log(`--${page} was not given: the app shows ${publicUrl} there. Give the bank's own page.`)
}

try {
  main()
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const isKnown = [TeamsPackageError, ConfigError, ContentError].some((kind) => error instanceof kind)
  console.error(isKnown || code ? message : error)
  process.exitCode = 1
}
