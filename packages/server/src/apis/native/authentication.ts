import type { FastifyRequest } from 'fastify'
import type { Actor, Authority } from '../../authority/index.ts'
import { authenticateApiToken } from '../../directory/api-tokens.ts'
import { DomainError } from '../../errors/index.ts'
import type { ConsoleSession } from '../../oidc/console/sessions.ts'
import { Secret } from '../../secrets/index.ts'
import type { Issuers } from '../../tokens/issuers.ts'
import { accessTokenActor } from '../access-token.ts'
import type { ConsoleAccess } from '../console-access.ts'
import { FailedAttempts } from '../failed-attempts.ts'
import { namesAnotherOrganization } from '../organization-host.ts'
import type { NativeApp } from './native-app.ts'

/** The scheme without case (RFC 9110 section 11.1), one space, one credential without white space. */
const AUTHORIZATION = /^(SSWS|Bearer|DPoP) ([\x21-\x7e]{1,8192})$/i

const actors = new WeakMap<FastifyRequest, Actor>()
const sessions = new WeakMap<FastifyRequest, ConsoleSession>()

/** Settles who asks before anything else of a request is read; what does not exist is told to anybody. */
export function requireActor(
  app: NativeApp,
  authority: Authority,
  issuers: Issuers,
  console: ConsoleAccess,
): void {
  const attempts = new FailedAttempts(authority.clock)
  app.addHook('onRequest', async (request) => {
    if (request.is404) return
    const actor = await attempts.tell(request, () => authenticate(request, authority, issuers, console))
    if (!scopeAllows(actor, request)) throw new DomainError('permission_denied')
    actors.set(request, actor)
  })
}

/** The session of a caller who is at the console; undefined for everybody else. */
export function consoleSessionOf(request: FastifyRequest): ConsoleSession | undefined {
  return sessions.get(request)
}

/** The caller of a route. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request)
  if (actor === undefined) throw new DomainError('credentials_missing')
  return actor
}

async function authenticate(
  request: FastifyRequest,
  authority: Authority,
  issuers: Issuers,
  console: ConsoleAccess,
): Promise<Actor> {
  // A credential in the header is meant; a cookie goes along by itself.
  if (request.headers.authorization === undefined) {
    const session = await console.sessionOf(request)
    if (session === undefined) throw new DomainError('credentials_missing')
    sessions.set(request, session)
    return session.actor
  }
  const [, scheme, value] = AUTHORIZATION.exec(request.headers.authorization) ?? []
  if (scheme === undefined || value === undefined) throw new DomainError('credentials_missing')
  const presented = new Secret(value)
  const actor = await actorOfScheme(scheme.toLowerCase(), presented, request, authority, issuers)
  if (actor === undefined) throw new DomainError('credentials_invalid')
  if (await namesAnotherOrganization(authority, request.hostname, actor))
    throw new DomainError('organization_host_mismatch')
  return actor
}

function actorOfScheme(
  scheme: string,
  presented: Secret,
  request: FastifyRequest,
  authority: Authority,
  issuers: Issuers,
): Promise<Actor | undefined> {
  if (scheme === 'ssws') return authenticateApiToken(authority, presented)
  return accessTokenActor(issuers, scheme === 'dpop' ? 'DPoP' : 'Bearer', presented, request)
}

/** An access token reads by `rescind.read`, and changes (or reads) by `rescind.manage`. */
function scopeAllows({ scopes }: Actor, { method, routeOptions }: FastifyRequest): boolean {
  if (scopes === undefined || scopes.has('rescind.manage')) return true
  // Whether a statement reads or changes is told by the statement.
  const mayRead = ['GET', 'HEAD'].includes(method) || routeOptions.url?.endsWith('/sql') === true
  return mayRead && scopes.has('rescind.read')
}
