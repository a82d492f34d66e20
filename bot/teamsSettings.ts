import { z } from 'zod'
import { guarded, optional } from './setting.ts'

/** The registration of the bot for Teams, and where the Bot Framework is when it is not Microsoft's public cloud. */
export interface TeamsSettings {
  readonly appId: string
  readonly password: string
  readonly type: 'SingleTenant' | 'MultiTenant'
  readonly tenantId: string
  readonly channelService: string | undefined
  /** botbuilder's own names, as the environment has them. */
  readonly cloud: { readonly [name in (typeof cloudNames)[number]]?: string }
}

/** All or none. */
export const teamsNames = [
  'MicrosoftAppId',
  'MicrosoftAppPassword',
  'MicrosoftAppType',
  'MicrosoftAppTenantId',
] as const
const cloudNames = [
  'ToChannelFromBotLoginUrl',
  'ToChannelFromBotOAuthScope',
  'ToBotFromChannelTokenIssuer',
  'ToBotFromChannelOpenIdMetadataUrl',
  'ToBotFromEmulatorOpenIdMetadataUrl',
  'OAuthUrl',
  'ValidateAuthority',
  'CallerId',
] as const

/** An id of Azure; a tenant has a name of its own, too, e.g. contoso.onmicrosoft.com. */
const id = (shape: RegExp) =>
  optional(
    (value) => shape.test(value),
    'it must be the id as the Azure portal shows it, e.g. 00000000-0000-0000-0000-000000000000',
  )

/** What each of Teams' variables may hold. */
export const teamsVariables = {
  MicrosoftAppId: id(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i),
  MicrosoftAppPassword: z.string().optional(),
  MicrosoftAppType: optional(
    (value) => /^(Single|Multi)Tenant$/i.test(value),
    'it must be SingleTenant, or MultiTenant for a bot registered as such before August 2025',
  ),
  MicrosoftAppTenantId: id(/^[\w.-]{1,100}$/),
  ChannelService: optional(
    (value) => value === 'https://botframework.azure.us',
    'it must be https://botframework.azure.us (the US government cloud) or empty',
  ),
  ToChannelFromBotLoginUrl: guarded,
  ToChannelFromBotOAuthScope: z.string().optional(),
  ToBotFromChannelTokenIssuer: z.string().optional(),
  ToBotFromChannelOpenIdMetadataUrl: guarded,
  ToBotFromEmulatorOpenIdMetadataUrl: guarded,
  OAuthUrl: guarded,
  ValidateAuthority: z.string().optional(),
  CallerId: z.string().optional(),
}

/** Undefined when Teams is not set up. */
export function toTeams(settings: z.output<z.ZodObject<typeof teamsVariables>>): TeamsSettings | undefined {
  const { MicrosoftAppId: appId, MicrosoftAppPassword: password, MicrosoftAppTenantId: tenantId } = settings
  if (!appId || !password || !tenantId) return undefined
  const set = cloudNames.filter((name) => settings[name] !== undefined)
  return {
    appId,
    password,
    tenantId,
    type: /^single/i.test(settings.MicrosoftAppType ?? '') ? 'SingleTenant' : 'MultiTenant',
    channelService: settings.ChannelService,
    cloud: Object.fromEntries(set.map((name) => [name, settings[name]])),
  }
}
