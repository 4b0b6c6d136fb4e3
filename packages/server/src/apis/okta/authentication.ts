import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { Secret } from '../../secrets/index.ts'
import { namesAnotherOrganization } from '../organization-host.ts'

/** One scheme of the `Authorization` header. */
export interface OktaAuthenticator {
  /** As it stands in the header, e.g. `SSWS`; compared without case (RFC 9110 section 11.1). */
  readonly scheme: string
  /** Who presents this credential, or `undefined` when it is unknown, expired, revoked, or no longer has standing. */
  authenticate(presented: Secret, request: FastifyRequest): Promise<Actor | undefined>
}

/** What the `Authorization` header of a request amounts to. */
export type Authentication = { readonly actor: Actor } | { readonly refusal: DomainError }

/** A scheme, one space, one credential without white space. */
const AUTHORIZATION = /^([A-Za-z][A-Za-z0-9-]{0,31}) ([\x21-\x7e]{1,8192})$/

const authentications = new WeakMap<FastifyRequest, Authentication>()

/**
 * Settles who asks, before anything else of the request is read. It refuses nothing yet: the rate limiter counts
 * a failed attempt first. A header that is missing or malformed is `credentials_missing`, a credential that does
 * not hold `credentials_invalid`.
 */
export function authenticateRequests(
  app: FastifyInstance,
  authority: Authority,
  authenticators: readonly OktaAuthenticator[],
): void {
  app.addHook('onRequest', async (request) => {
    authentications.set(request, await authenticate(request, authority, authenticators))
  })
}

/** Refuses whoever did not authenticate. What does not exist is told to anybody: `is404`. */
export function requireAuthentication(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const authentication = authenticationOf(request)
    if (!request.is404 && 'refusal' in authentication) throw authentication.refusal
  })
}

export function authenticationOf(request: FastifyRequest): Authentication {
  return authentications.get(request) ?? { refusal: new DomainError('credentials_missing') }
}

/** The caller of an operation. */
export function actorOf(request: FastifyRequest): Actor {
  const authentication = authenticationOf(request)
  if ('refusal' in authentication) throw authentication.refusal
  return authentication.actor
}

async function authenticate(
  request: FastifyRequest,
  authority: Authority,
  authenticators: readonly OktaAuthenticator[],
): Promise<Authentication> {
  const [, scheme, presented] = AUTHORIZATION.exec(request.headers.authorization ?? '') ?? []
  const authenticator = authenticators.find(
    (candidate) => candidate.scheme.toLowerCase() === scheme?.toLowerCase(),
  )
  if (authenticator === undefined || presented === undefined)
    return { refusal: new DomainError('credentials_missing') }
  const actor = await authenticator.authenticate(new Secret(presented), request)
  if (actor === undefined) return { refusal: new DomainError('credentials_invalid') }
  // The credential decides on the organization; a host that names another one is an error, never a switch.
  if (await namesAnotherOrganization(authority, request.hostname, actor))
    return { refusal: new DomainError('organization_host_mismatch') }
  return { actor }
}
