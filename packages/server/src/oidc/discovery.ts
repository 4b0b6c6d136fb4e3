import { statusListsAddress } from '../tokens/status-lists/place.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { ASSERTION_ALGS, AUTHENTICATION_METHODS } from './client-assertion.ts'
import { endpointsOf } from './endpoints.ts'

/**
 * What the metadata documents of an issuer say beside what the OpenID library knows of itself (RFC 8414 section 2,
 * OpenID Connect Discovery section 3): the endpoints that are ours.
 */
export function discoveryOf(context: IssuerContext) {
  const base = endpointsOf({ ...context, url: context.issuer })
  return {
    introspection_endpoint: `${base}/introspect`,
    introspection_endpoint_auth_methods_supported: [...AUTHENTICATION_METHODS],
    introspection_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGS],
    revocation_endpoint: `${base}/revoke`,
    revocation_endpoint_auth_methods_supported: [...AUTHENTICATION_METHODS],
    revocation_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGS],
    userinfo_endpoint: `${base}/userinfo`,
    // Token Status List, "Status List Aggregation".
    status_list_aggregation_endpoint: statusListsAddress(base),
  }
}
