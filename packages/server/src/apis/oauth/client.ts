import type { FastifyRequest } from 'fastify'
import { type AuthenticatedClient, authenticateClient } from '../../oidc/client-authentication.ts'
import { endpointsOf } from '../../oidc/endpoints.ts'
import type { KnownIssuer } from '../../tokens/issuers.ts'
import { type Form, queryParameter } from './form.ts'

export interface ClientPlace {
  /** The endpoint below the issuer's others, e.g. `introspect`. */
  readonly endpoint: string
  /** Whether a public client may name itself in the address (Okta: at introspection only). */
  readonly mayBeInAddress: boolean
}

/** Which client sends a request to one of our own endpoints. @throws DomainError as `authenticateClient` */
export function clientOf(
  issuer: KnownIssuer,
  request: FastifyRequest,
  form: Form,
  { endpoint, mayBeInAddress }: ClientPlace,
): Promise<AuthenticatedClient> {
  const inAddress = mayBeInAddress ? queryParameter(request.query, 'client_id') : undefined
  return authenticateClient(issuer, {
    authorization: request.headers.authorization,
    client_id: form.get('client_id') ?? inAddress,
    client_secret: form.get('client_secret'),
    client_assertion: form.get('client_assertion'),
    client_assertion_type: form.get('client_assertion_type'),
    endpoint: `${endpointsOf(issuer)}/${endpoint}`,
  })
}
