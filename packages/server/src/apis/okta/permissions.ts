import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { PROOF_ALGS } from '../../tokens/dpop.ts'
import { actorOf } from './authentication.ts'

/** The one OAuth scope of an operation, as Okta's API description lists it. */
export type OktaScope =
  | `okta.${'apps' | 'authorizationServers' | 'users' | 'roles' | 'apiTokens' | 'appGrants' | 'sessions'}.${'read' | 'manage'}`
  | `okta.clients.${'read' | 'register' | 'manage'}`
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
export function requirePermission(
  authority: Pick<Authority, 'publicUrl'>,
  scope: OktaScope,
  options: PermissionOptions,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const actor = actorOf(request)
    if (!roleAllows(actor, scope)) throw new DomainError('permission_denied')
    if (actor.scopes === undefined || scopeAllows(actor.scopes, scope, options)) return
    reply.header('www-authenticate', challenge(authority, scope, request))
    throw new DomainError('permission_denied')
  }
}

/** Which scope is missing, and where a token with it comes from (RFC 6750 section 3.1, RFC 9449 section 7.1). */
function challenge(
  { publicUrl }: Pick<Authority, 'publicUrl'>,
  scope: OktaScope,
  { headers, url }: FastifyRequest,
): string {
  const isDpop = /^dpop /i.test(headers.authorization ?? '')
  const [resource = ''] = url.split('?')
  const parameters = [
    ...(isDpop ? [`algs="${PROOF_ALGS.join(' ')}"`] : []),
    `authorization_uri="${publicUrl}/oauth2/v1/authorize"`,
    `realm="${publicUrl}"`,
    `scope="${scope}"`,
    'error="insufficient_scope"',
    'error_description="The access token provided does not contain the required scopes."',
    // The path is the client's own text: nothing in it may end the quoted string.
    `resource="${resource.replaceAll(/[^\x21\x23-\x5b\x5d-\x7e]/g, encodeURIComponent)}"`,
  ]
  return `${isDpop ? 'DPoP' : 'Bearer'} ${parameters.join(', ')}`
}

/** Whether the roles of the credential's owner suffice. */
export function roleAllows({ roles }: Actor, scope: OktaScope): boolean {
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
