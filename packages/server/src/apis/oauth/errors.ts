import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorKind } from '../../errors/index.ts'

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

/** Renders a failure as OAuth's endpoints do: `{error, error_description}`. */
export function renderOAuthError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const kind = error instanceof DomainError ? error.kind : kindOfTransport(error)
  if (kind === 'internal' || kind === 'unavailable') request.log.error({ err: error }, 'failed')
  const { status, error: code, description } = BY_KIND[kind]
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
