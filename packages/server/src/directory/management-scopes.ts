/**
 * The scopes of the management APIs: Okta's, one for each operation as its API description lists them, and two for
 * the native API. Tokens with them come from an organization's own authorization server.
 */
export const MANAGEMENT_SCOPES = [
  'okta.apiTokens.manage',
  'okta.apiTokens.read',
  'okta.appGrants.manage',
  'okta.appGrants.read',
  'okta.apps.manage',
  'okta.apps.read',
  'okta.authorizationServers.manage',
  'okta.authorizationServers.read',
  'okta.clients.manage',
  'okta.clients.read',
  'okta.clients.register',
  'okta.roles.manage',
  'okta.roles.read',
  'okta.sessions.manage',
  'okta.sessions.read',
  'okta.universalLogout.manage',
  'okta.users.manage',
  'okta.users.read',
  'rescind.manage',
  'rescind.read',
] as const

export type ManagementScope = (typeof MANAGEMENT_SCOPES)[number]

export function isManagementScope(name: string): name is ManagementScope {
  return MANAGEMENT_SCOPES.some((scope) => scope === name)
}
