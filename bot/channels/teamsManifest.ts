import type { Locale, Words } from '../../locales/index.ts'

/** Whose app it is, and where customers and administrators read more. */
export interface TeamsApp {
  /** The Microsoft App ID of the bot: a GUID. */
  appId: string
  /** Of the package; Teams takes a package as an update when it is higher. */
  version: string
  bankName: string
  /** Where Kaijo is reached; https. */
  publicUrl: string
  website: string
  privacy: string
  terms: string
}

/** What goes into the package beside the icons, by file name. */
export type TeamsTexts = { 'manifest.json': object; 'en.json': Record<string, string> }

/** The newest generally available schema of the app package, August 2026. */
const schemaVersion = '1.30'
const schemas = `https://developer.microsoft.com/json-schemas/teams/v${schemaVersion}`
/** In the order in which Teams lists them. */
const commands = ['start', 'repeat', 'back', 'restart', 'person', 'language']
/**
 * The most UTF-16 units of each text. The schema allows commands more; 32 and 128 are what the clients of Teams show.
 * https://learn.microsoft.com/microsoft-365/extensibility/schema/
 */
const most = { name: 30, fullName: 100, short: 80, full: 4000, title: 32, description: 128 } as const

/** The manifest in Japanese, and what of it is said otherwise in English. */
export function teamsTexts(app: TeamsApp, words: Pick<Words, 't'>): TeamsTexts {
  const ja = (key: string) => words.t('ja', `teams:app.${key}`)
  return {
    'manifest.json': {
      $schema: `${schemas}/MicrosoftTeams.schema.json`,
      manifestVersion: schemaVersion,
      version: app.version,
      id: app.appId,
      developer: {
        name: app.bankName,
        websiteUrl: app.website,
        privacyUrl: app.privacy,
        termsOfUseUrl: app.terms,
      },
      name: { short: ja('name'), full: ja('fullName') },
      description: { short: ja('short'), full: ja('full') },
      icons: { color: 'color.png', outline: 'outline.png' },
      accentColor: '#0b5c6b',
      localizationInfo: {
        defaultLanguageTag: 'ja',
        additionalLanguages: [{ languageTag: 'en', file: 'en.json' }],
      },
      defaultInstallScope: 'personal',
      bots: [bot(app, ja)],
      validDomains: [new URL(app.publicUrl).host],
    },
    'en.json': english((key) => words.t('en', `teams:app.${key}`)),
  }
}

function bot({ appId }: TeamsApp, say: (key: string) => string): object {
  const scopes = ['personal', 'team', 'groupChat']
  const listed = commands.map((id) => ({
    title: say(`commands.${id}.title`),
    description: say(`commands.${id}.description`),
  }))
  return {
    botId: appId,
    scopes,
    isNotificationOnly: false,
    supportsFiles: false,
    commandLists: [{ scopes, commands: listed }],
  }
}

function english(say: (key: string) => string): Record<string, string> {
  const place = 'bots[0].commandLists[0].commands'
  const listed = commands.flatMap((id, i) => [
    [`${place}[${i}].title`, say(`commands.${id}.title`)],
    [`${place}[${i}].description`, say(`commands.${id}.description`)],
  ])
  return {
    $schema: `${schemas}/MicrosoftTeams.Localization.schema.json`,
    'name.short': say('name'),
    'name.full': say('fullName'),
    'description.short': say('short'),
    'description.full': say('full'),
    ...Object.fromEntries(listed),
  }
}

/** What Teams would refuse or cut off, a sentence each: a bank's own names make texts longer than we have seen. */
export function teamsTextProblems({ bankName }: TeamsApp, words: Pick<Words, 't'>): string[] {
  const keys = [
    ...(['name', 'fullName', 'short', 'full'] as const).map((key) => [key, most[key]] as const),
    ...commands.flatMap((id) => [
      [`commands.${id}.title`, most.title] as const,
      [`commands.${id}.description`, most.description] as const,
    ]),
  ]
  const locales: Locale[] = ['ja', 'en']
  const texts = locales.flatMap((locale) =>
    keys.map(([key, limit]) => {
      const where = `app.${key} in locales/${locale}/teams.yaml`
      return [where, words.t(locale, `teams:app.${key}`), limit] as const
    }),
  )
  return [...texts, ['The name of the bank', bankName, 32] as const]
    .filter(([, text, limit]) => text.length > limit)
    .map(
      ([where, text, limit]) => `${where} is "${text}"; Teams takes ${limit} characters, not ${text.length}`,
    )
}
