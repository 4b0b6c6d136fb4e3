import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { actorOf } from './authentication.ts'

/** The one OAuth scope of an operation, as Okta's API description lists it. */
export type OktaScope =
  | `okta.${'apps' | 'authorizationServers' | 'users' | 'roles' | 'apiTokens' | 'appGrants' | 'sessions'}.${'read' | 'manage'}`
  | 'okta.universalLogout.manage'

export interface PermissionOptions {
  /**
   * Whether a `.manage` scope also satisfies an operation that asks for `.read`. Okta's documents list exactly
   * one scope per operation and leave this open; the strict reading is the default.
   */
  readonly manageIncludesRead?: boolean
}

/**
 * Refuses a caller who may not do what `scope` names: by the roles of the credential's owner always, and by the
 * scopes of an access token where the credential is one.
 *
 * @throws DomainError permission_denied
 */
export function requirePermission(scope: OktaScope, options: PermissionOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const actor = actorOf(request)
    if (!roleAllows(actor, scope)) throw new DomainError('permission_denied')
    if (actor.scopes === undefined || scopeAllows(actor.scopes, scope, options)) return
    // RFC 6750 section 3.1
    reply.header(
      'www-authenticate',
      `Bearer scope="${scope}", error="insufficient_scope", error_description="The access token provided does not contain the required scopes."`,
    )
    throw new DomainError('permission_denied')
  }
}

function roleAllows({ roles }: Actor, scope: OktaScope): boolean {
  if (roles.has('organization_admin')) return true
  return scope.endsWith('.read') && roles.has('organization_reader')
}

function scopeAllows(
  scopes: ReadonlySet<string>,
  scope: OktaScope,
  { manageIncludesRead = false }: PermissionOptions,
): boolean {
  if (scopes.has(scope)) return true
  return manageIncludesRead && scope.endsWith('.read') && scopes.has(scope.replace(/read$/, 'manage'))
}
