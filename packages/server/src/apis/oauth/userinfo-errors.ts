import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorCode } from '../../errors/index.ts'
import { PROOF_ALGS } from '../../tokens/dpop.ts'
import { renderOAuthError } from './errors.ts'

interface ResourceAnswer {
  readonly status: 400 | 401 | 403
  readonly error: string
  readonly description: string
}

/** RFC 6750 section 3.1, RFC 9449 section 7.1. */
const REFUSALS: { readonly [Code in ErrorCode]?: ResourceAnswer } = {
  access_token_invalid: { status: 401, error: 'invalid_token', description: 'The access token is invalid.' },
  dpop_proof_invalid: { status: 401, error: 'invalid_dpop_proof', description: 'The DPoP proof is invalid.' },
  access_token_scope_missing: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token provided does not contain the required scopes.',
  },
}

const ALGS = `algs="${PROOF_ALGS.join(' ')}"`

/**
 * Renders a failure at a protected resource: the challenge says what is wrong with the token, under the scheme that
 * was used. A request without a token is only told which schemes there are (RFC 6750 section 3.1).
 */
export function renderResourceError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (!(error instanceof DomainError)) return renderOAuthError(error, request, reply)
  if (error.code === 'access_token_missing') {
    reply.header('www-authenticate', `Bearer, DPoP ${ALGS}`)
    return reply.code(401).header('cache-control', 'no-store').send()
  }
  const refusal = REFUSALS[error.code]
  if (refusal === undefined) return renderOAuthError(error, request, reply)
  const { status, error: code, description } = refusal
  const { scope } = error.details
  const isDpop = /^dpop /i.test(request.headers.authorization ?? '')
  const parameters = [
    ...(isDpop ? [ALGS] : []),
    `error="${code}"`,
    `error_description="${description}"`,
    ...(scope === undefined ? [] : [`scope="${scope}"`]),
  ]
  return reply
    .code(status)
    .header('www-authenticate', `${isDpop ? 'DPoP' : 'Bearer'} ${parameters.join(', ')}`)
    .header('cache-control', 'no-store')
    .send({ error: code, error_description: description })
}
