import type { FastifyRequest } from 'fastify'
import { type AuthenticatedClient, authenticateClient } from '../../oidc/client-authentication.ts'
import { endpointsOf } from '../../oidc/endpoints.ts'
import type { KnownIssuer } from '../../tokens/issuers.ts'
import type { FailedAttempts } from '../failed-attempts.ts'
import { type Form, queryParameter } from './form.ts'

export interface ClientPlace {
  /** The endpoint below the issuer's others, e.g. `introspect`. */
  readonly endpoint: string
  /** Whether a public client may name itself in the address (Okta: at introspection only). */
  readonly mayBeInAddress: boolean
  readonly attempts: FailedAttempts
}

/** Which client sends a request to one of our own endpoints. @throws DomainError as `authenticateClient` */
export function clientOf(
  issuer: KnownIssuer,
  request: FastifyRequest,
  form: Form,
  { endpoint, mayBeInAddress, attempts }: ClientPlace,
): Promise<AuthenticatedClient> {
  const inAddress = mayBeInAddress ? queryParameter(request.query, 'client_id') : undefined
  const work = () =>
    authenticateClient(issuer, {
      authorization: request.headers.authorization,
      client_id: form.get('client_id') ?? inAddress,
      client_secret: form.get('client_secret'),
      client_assertion: form.get('client_assertion'),
      client_assertion_type: form.get('client_assertion_type'),
      endpoint: `${endpointsOf(issuer)}/${endpoint}`,
    })
  const name = secretOwner(issuer.organizationId, request, form)
  // An assertion is signed: there is nothing to guess, and one that comes twice is no guess either.
  return name === undefined ? work() : attempts.hold(request, name, work)
}

/** Whose secret a request presents, in whose name somebody may be guessing; undefined where it presents none. */
function secretOwner(organizationId: string, request: FastifyRequest, form: Form): string | undefined {
  const [, basic] = /^Basic ([A-Za-z0-9+/=]{1,8192})$/i.exec(request.headers.authorization ?? '') ?? []
  const client =
    basic !== undefined
      ? Buffer.from(basic, 'base64').toString('latin1').split(':', 1)[0]
      : form.get('client_secret') === undefined
        ? undefined
        : form.get('client_id')
  return client === undefined ? undefined : `${organizationId} ${client}`
}
