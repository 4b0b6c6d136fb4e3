import { errors, type ResourceServer } from 'oidc-provider'
import { type Api, readApi } from '../directory/api.ts'
import { findApiByIdentifier, listApisOf } from '../store/queries/apis.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import { listScopes } from '../store/queries/scopes.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'

/** The scopes that say what a client may know of a user, not what it may do at an API. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const

/**
 * The API that a token is for when the request names none (RFC 8707 section 2.2 leaves it to us): the audience of
 * a custom authorization server. An organization's own has none, and issues tokens for userinfo and management.
 */
export async function defaultResource({
  authority,
  organizationId,
  issuerId,
}: IssuerContext): Promise<string | undefined> {
  return authority.store.read({ organizationId }, async (tx) => {
    const server = await findAuthorizationServer(tx, issuerId)
    if (server === undefined) return undefined
    const [api] = await listApisOf(tx, issuerId)
    return api?.identifier
  })
}

/**
 * What the library asks of an API that a client wants a token for.
 *
 * @throws InvalidTarget where this authorization server has no such API (RFC 8707 section 2)
 */
export async function resourceServerInfo(
  { authority, organizationId, issuerId }: IssuerContext,
  identifier: string,
  signingAlg: 'RS256' | 'ES256' | 'EdDSA',
): Promise<ResourceServer> {
  const { api, names } = await authority.store.read({ organizationId }, async (tx) => {
    const row = await findApiByIdentifier(tx, identifier)
    if (row?.authorization_server_id !== issuerId) throw new errors.InvalidTarget()
    const found = readApi(row)
    return { api: found, names: await scopesOf(found, () => listScopes(tx, issuerId)) }
  })
  return {
    scope: names.join(' '),
    audience: api.identifier,
    accessTokenTTL: api.accessTokenLifetime,
    accessTokenFormat: api.tokenFormat,
    jwt: { sign: { alg: signingAlg } },
  }
}

/** An API that names no scopes of its own has those of its authorization server. */
async function scopesOf(
  api: Api,
  serverScopes: () => Promise<readonly { readonly name: string }[]>,
): Promise<readonly string[]> {
  if (api.scopes.length > 0) return api.scopes
  const openid: ReadonlySet<string> = new Set(OPENID_SCOPES)
  return (await serverScopes()).map(({ name }) => name).filter((name) => !openid.has(name))
}
