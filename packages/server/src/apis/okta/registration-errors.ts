import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import { CATALOGUE } from './catalogue.ts'
import { answerTo, renderError } from './error-handler.ts'

/**
 * Registration refuses metadata in the words of RFC 7591 section 3.2.2, as Okta's published example does; whatever
 * else it refuses has Okta's envelope.
 */
export function renderRegistrationError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const answer = answerTo(error)
  const status = answer === undefined ? 500 : (answer.status ?? CATALOGUE[answer.code].status)
  if (answer === undefined || status !== 400) return renderError(error, request, reply)
  const description = wordsOf(error) ?? (answer.causes ?? []).join(' ')
  request.log.info({ oktaRequestId: reply.getHeader('x-okta-request-id') }, 'refused')
  return reply
    .code(400)
    .type('application/json')
    .send({
      error: isRedirect(error) ? 'invalid_redirect_uri' : 'invalid_client_metadata',
      error_description: description === '' ? 'The registration is not well-formed JSON.' : description,
    })
}

function isRedirect(error: unknown): error is DomainError {
  return error instanceof DomainError && error.code === 'invalid_redirect_uri'
}

/** The member at fault in backquotes, as in Okta's example. */
function wordsOf(error: unknown): string | undefined {
  if (!(error instanceof DomainError) || !('member' in error.details) || !('rule' in error.details))
    return undefined
  return `\`${error.details.member}\`: ${error.details.rule}`
}
