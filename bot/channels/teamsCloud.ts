import type { TeamsSettings } from '../teamsSettings.ts'

/** Where the Bot Framework is: whose tokens are believed, and where our own come from. */
export interface Cloud {
  ToChannelFromBotLoginUrl: string
  ToChannelFromBotOAuthScope: string
  ToBotFromChannelTokenIssuer: string
  ToBotFromChannelOpenIdMetadataUrl: string
  ToBotFromEmulatorOpenIdMetadataUrl: string
  OAuthUrl: string
  ValidateAuthority: string
  CallerId: string
}

/** botframework-connector's AuthenticationConstants and GovernmentConstants, without the tenant of the login. */
const clouds = {
  public: {
    login: 'https://login.microsoftonline.com',
    tenant: 'botframework.com',
    ToChannelFromBotOAuthScope: 'https://api.botframework.com',
    ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
    ToBotFromChannelOpenIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
    ToBotFromEmulatorOpenIdMetadataUrl:
      'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
    OAuthUrl: 'https://api.botframework.com',
    CallerId: 'urn:botframework:azure',
  },
  government: {
    login: 'https://login.microsoftonline.us',
    tenant: 'MicrosoftServices.onmicrosoft.us',
    ToChannelFromBotOAuthScope: 'https://api.botframework.us',
    ToBotFromChannelTokenIssuer: 'https://api.botframework.us',
    ToBotFromChannelOpenIdMetadataUrl:
      'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
    ToBotFromEmulatorOpenIdMetadataUrl:
      'https://login.microsoftonline.us/cab8a31a-1906-4287-a0d8-4eef66b95f6e/v2.0/.well-known/openid-configuration',
    OAuthUrl: 'https://api.botframework.azure.us',
    CallerId: 'urn:botframework:azureusgov',
  },
} as const

/**
 * The cloud of a registration. Each setting overrides its own value only: botbuilder, given one of them, would leave
 * all others empty and then refuse everything.
 */
export function cloudOf({ type, tenantId, channelService, cloud }: TeamsSettings): Cloud {
  const { login, tenant, ...known } = clouds[channelService ? 'government' : 'public']
  return {
    ToChannelFromBotLoginUrl: `${login}/${type === 'SingleTenant' ? tenantId : tenant}`,
    ValidateAuthority: 'true',
    ...known,
    ...cloud,
  }
}
