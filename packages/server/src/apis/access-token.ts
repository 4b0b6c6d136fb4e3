import { parsePosition } from '@rescind/core/log'
import type { FastifyRequest } from 'fastify'
import { decodeJwt } from 'jose'
import type { Actor } from '../authority/index.ts'
import { activeClient } from '../directory/active-client.ts'
import { grantedScopes } from '../directory/application-grants.ts'
import { decodeRoles } from '../directory/roles.ts'
import { ENABLED_STATUSES } from '../directory/users-status.ts'
import { DomainError } from '../errors/index.ts'
import type { Secret } from '../secrets/index.ts'
import { listRolesOf } from '../store/queries/user-roles.ts'
import { findUser } from '../store/queries/users.ts'
import { acceptAccessToken } from '../tokens/access.ts'
import type { Issuers, KnownIssuer } from '../tokens/issuers.ts'
import type { ActiveToken } from '../tokens/verify.ts'

export type AccessTokenScheme = 'Bearer' | 'DPoP'

/**
 * Who presents an access token of an organization's own authorization server at a management API. The token is
 * judged by the newest knowledge, like everywhere; its scopes count as far as its application still has them
 * granted. An application acts for itself with an administrator's role within those scopes, a user with the roles
 * that the user has now.
 *
 * @returns undefined where the token is not good here
 * @throws DomainError `store_unavailable`
 */
export async function accessTokenActor(
  issuers: Issuers,
  scheme: AccessTokenScheme,
  presented: Secret,
  request: FastifyRequest,
): Promise<Actor | undefined> {
  const token = presented.reveal()
  const organizationId = claimedOrganization(token)
  if (organizationId === undefined) return undefined
  try {
    const issuer = await issuers.know(organizationId)
    const { dpop } = request.headers
    const active = await acceptAccessToken(issuer, {
      scheme,
      token,
      proof: typeof dpop === 'string' ? dpop : undefined,
      method: request.method,
      url: addressOf(issuer, request),
    })
    // A token for another API is not one for these, whoever issued it.
    return active.row.api === issuer.url ? await actorBehind(issuer, active) : undefined
  } catch (failure) {
    if (failure instanceof DomainError && failure.kind !== 'unavailable') return undefined
    throw failure
  }
}

/** Whose log the position in the token is of. Nothing is believed yet: it only tells whom to ask. */
function claimedOrganization(token: string): string | undefined {
  try {
    const { pos } = decodeJwt(token)
    return typeof pos === 'string' ? parsePosition(pos)?.log : undefined
  } catch {
    return undefined
  }
}

/** As the client knows the resource: at the public address, or at its organization's own. */
function addressOf({ authority, url }: KnownIssuer, request: FastifyRequest): string {
  const isOwn = new URL(url).hostname === request.hostname.toLowerCase()
  const [path = '/'] = request.url.split('?')
  return `${isOwn ? url : authority.publicUrl}${path}`
}

async function actorBehind(issuer: KnownIssuer, { row }: ActiveToken): Promise<Actor | undefined> {
  const { authority, organizationId, index } = issuer
  const { user_id: userId, client_id: clientId } = row
  const client = await activeClient(authority, clientId, index.position)
  if (client === undefined) return undefined
  return authority.store.read({ organizationId }, async (tx) => {
    const granted: ReadonlySet<string> = await grantedScopes(tx, client.applicationId)
    const scopes = new Set(row.scopes.split(' ').filter((scope) => granted.has(scope)))
    if (userId === null)
      return {
        type: 'client',
        id: clientId,
        name: client.label,
        organizationId,
        roles: new Set(['organization_admin']),
        scopes,
      }
    const user = await findUser(tx, userId)
    if (user === undefined || !ENABLED_STATUSES.some((status) => status === user.status)) return undefined
    const roles = decodeRoles(JSON.stringify((await listRolesOf(tx, userId)).map(({ role }) => role)))
    return { type: 'user', id: userId, name: user.login, organizationId, roles, scopes, userId }
  })
}
