import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import type { Authority } from '../authority/index.ts'
import { type Api, readApi } from '../directory/api.ts'
import { grantedScopes } from '../directory/application-grants.ts'
import { isManagementScope } from '../directory/management-scopes.ts'
import { head, PositionMemory } from '../log/index.ts'
import { findApiByIdentifier, listApisOf } from '../store/queries/apis.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import { listScopes } from '../store/queries/scopes.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { currentRequest } from './request.ts'

interface KnownApi {
  readonly api: Api
  /** Its scopes, or those of its authorization server. */
  readonly names: readonly string[]
}

/** What is remembered of the APIs of a store, as long as nothing was changed. */
interface ApiMemory {
  readonly apis: PositionMemory<KnownApi | undefined>
  /** By authorization server. */
  readonly defaults: PositionMemory<string | undefined>
}

const MOST_REMEMBERED = 1_000
const memories = new WeakMap<Authority['store'], ApiMemory>()

function memoryOf({ store }: Authority): ApiMemory {
  const known = memories.get(store)
  if (known !== undefined) return known
  const memory = {
    apis: new PositionMemory<KnownApi | undefined>(MOST_REMEMBERED),
    defaults: new PositionMemory<string | undefined>(MOST_REMEMBERED),
  }
  memories.set(store, memory)
  return memory
}

/** Seconds. */
const MANAGEMENT_TOKEN_LIFETIME = 3_600

/** The scopes that say what a client may know of a user, not what it may do at an API. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const

/**
 * The API that a token is for when the request names none (RFC 8707 section 2.2 leaves it to us): the audience of
 * a custom authorization server. An organization's own has the management APIs, for whoever asks for their scopes,
 * under its own name; its other tokens are for userinfo.
 */
export async function defaultResource(
  { authority, organizationId, issuerId, issuer }: IssuerContext,
  { params = {} }: KoaContextWithOIDC['oidc'],
): Promise<string | undefined> {
  if (issuerId === organizationId) {
    const isForItself = params.grant_type === 'client_credentials'
    return isForItself || scopesIn(params.scope).some(isManagementScope) ? issuer : undefined
  }
  const memory = memoryOf(authority)
  const since = { log: organizationId, ...currentRequest().place }
  return memory.defaults.recall(issuerId, since, () =>
    authority.store.read({ organizationId }, async (tx) => {
      const { position } = await head(tx)
      const server = await findAuthorizationServer(tx, issuerId)
      const [api] = server === undefined ? [] : await listApisOf(tx, issuerId)
      return { value: api?.identifier, position }
    }),
  )
}

/**
 * What the library asks of an API that a client wants a token for.
 *
 * @throws InvalidTarget where this authorization server has no such API (RFC 8707 section 2)
 */
export async function resourceServerInfo(
  context: IssuerContext,
  { params = {} }: KoaContextWithOIDC['oidc'],
  identifier: string,
  signingAlg: 'RS256' | 'ES256' | 'EdDSA',
): Promise<ResourceServer> {
  if (context.issuerId === context.organizationId && identifier === context.issuer)
    return managementApis(context, scopesIn(params.scope), signingAlg)
  const known = await knownApi(context, identifier)
  if (known === undefined) throw new errors.InvalidTarget()
  const { api, names } = known
  return {
    // Userinfo accepts any token of this authorization server that has `openid`; without a user there is none.
    scope: [...(params.grant_type === 'client_credentials' ? [] : OPENID_SCOPES), ...names].join(' '),
    audience: api.identifier,
    accessTokenTTL: api.accessTokenLifetime,
    accessTokenFormat: api.tokenFormat,
    jwt: { sign: { alg: signingAlg } },
  }
}

/** Whether the tokens of an API have a place in a token status list. */
export async function hasStatusList(context: IssuerContext, identifier: string): Promise<boolean> {
  return (await knownApi(context, identifier))?.api.statusList ?? false
}

/** An API that this authorization server issues for, as of the place that the request captured or later. */
function knownApi(
  { authority, organizationId, issuerId }: IssuerContext,
  identifier: string,
): Promise<KnownApi | undefined> {
  const since = { log: organizationId, ...currentRequest().place }
  return memoryOf(authority).apis.recall(`${issuerId} ${identifier}`, since, () =>
    authority.store.read({ organizationId }, async (tx) => {
      const { position } = await head(tx)
      const row = await findApiByIdentifier(tx, identifier)
      if (row?.authorization_server_id !== issuerId || row.enabled !== 1)
        return { value: undefined, position }
      const api = readApi(row)
      return { value: { api, names: await scopesOf(api, () => listScopes(tx, issuerId)) }, position }
    }),
  )
}

/**
 * The management APIs as a resource: the scopes that the application has been granted, and no token at all for one
 * that it has not.
 *
 * @throws InvalidScope
 */
async function managementApis(
  { authority, organizationId, issuer }: IssuerContext,
  asked: readonly string[],
  alg: 'RS256' | 'ES256' | 'EdDSA',
): Promise<ResourceServer> {
  const { client } = currentRequest()
  const granted =
    client === undefined
      ? new Set<string>()
      : await authority.store.read({ organizationId }, (tx) => grantedScopes(tx, client.applicationId))
  const refused = asked.find((name) => isManagementScope(name) && !granted.has(name))
  if (refused !== undefined)
    throw new errors.InvalidScope('the application has not been granted this scope', refused)
  return {
    scope: [...granted].join(' '),
    audience: issuer,
    accessTokenTTL: MANAGEMENT_TOKEN_LIFETIME,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg } },
  }
}

function scopesIn(scope: unknown): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ') : []
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
