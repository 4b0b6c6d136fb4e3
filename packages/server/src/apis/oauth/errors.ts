import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorCode, type ErrorKind } from '../../errors/index.ts'
import { CLIENT_TEXTS } from '../../oidc/client-texts.ts'

interface OAuthAnswer {
  readonly status: number
  /** RFC 6749 sections 4.1.2.1 and 5.2; `not_found` is ours, for an issuer that does not exist. */
  readonly error: string
  readonly description: string
}

const BY_KIND: Record<ErrorKind, OAuthAnswer> = {
  invalid: { status: 400, error: 'invalid_request', description: 'The request is not valid.' },
  conflict: { status: 400, error: 'invalid_request', description: 'The request is not valid.' },
  unauthenticated: { status: 401, error: 'invalid_client', description: 'Authentication failed.' },
  forbidden: { status: 403, error: 'access_denied', description: 'The request is not allowed.' },
  not_found: { status: 404, error: 'not_found', description: 'The authorization server does not exist.' },
  limited: { status: 429, error: 'temporarily_unavailable', description: 'Too many requests.' },
  unavailable: { status: 503, error: 'temporarily_unavailable', description: 'Try again later.' },
  internal: { status: 500, error: 'server_error', description: 'Unexpected failure.' },
}

const invalidClient = (description: string): OAuthAnswer => ({
  status: 401,
  error: 'invalid_client',
  description,
})
const invalidRequest = (description: string): OAuthAnswer => ({
  status: 400,
  error: 'invalid_request',
  description,
})

/** Where Okta publishes a text it is this one. */
const BY_CODE: { readonly [Code in ErrorCode]?: OAuthAnswer } = {
  client_credentials_missing: invalidClient(CLIENT_TEXTS.missing),
  client_credentials_multiple: invalidRequest(CLIENT_TEXTS.multiple),
  client_assertion_type_invalid: invalidRequest(CLIENT_TEXTS.assertionType),
  client_assertion_kid_invalid: invalidClient(CLIENT_TEXTS.kid),
  client_authentication_failed: invalidClient(CLIENT_TEXTS.failed),
  token_parameter_missing: invalidRequest('The `token` parameter is required.'),
  status_list_not_acceptable: {
    status: 406,
    error: 'invalid_request',
    description: 'Status lists are given out as application/statuslist+jwt.',
  },
  // Token Status List, "Historical Resolution": 501 where the server does not support it.
  status_list_history: {
    status: 501,
    error: 'invalid_request',
    description: 'Only the present state of a status list is given out.',
  },
}

/** Renders a failure as OAuth's endpoints do: `{error, error_description}`. */
export function renderOAuthError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const kind = error instanceof DomainError ? error.kind : kindOfTransport(error)
  if (kind === 'internal' || kind === 'unavailable') request.log.error({ err: error }, 'failed')
  const known = error instanceof DomainError ? BY_CODE[error.code] : undefined
  const { status, error: code, description } = known ?? BY_KIND[kind]
  // RFC 6749 section 5.2: whoever tried the header is told the scheme.
  if (status === 401 && request.headers.authorization !== undefined)
    reply.header('www-authenticate', 'Basic realm="oauth2"')
  if (kind === 'unavailable') reply.header('retry-after', 1)
  if (kind === 'limited' && error instanceof DomainError)
    reply.header('retry-after', error.details.seconds ?? 1)
  return reply.code(status).header('cache-control', 'no-store').send({
    error: code,
    error_description: description,
  })
}

/** What the HTTP layer itself refuses carries a status below 500. */
function kindOfTransport(error: unknown): ErrorKind {
  if (!(error instanceof Error) || !('statusCode' in error)) return 'internal'
  return typeof error.statusCode === 'number' && error.statusCode < 500 ? 'invalid' : 'internal'
}
