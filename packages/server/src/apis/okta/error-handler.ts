import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import { newErrorId, type OktaAnswer, sendError } from './envelope.ts'
import { inOktaWords } from './errors/index.ts'
import { RequestRefused } from './request-refused.ts'

/** What the HTTP layer itself refuses, by Fastify's code. */
const TRANSPORT = new Map<string, OktaAnswer>([
  ['FST_ERR_CTP_BODY_TOO_LARGE', { code: 'E0000003', causes: ['The body is too large.'], status: 413 }],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', { code: 'E0000021' }],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', { code: 'E0000003' }],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', { code: 'E0000003' }],
  ['FST_ERR_CTP_INVALID_JSON_BODY', { code: 'E0000003' }],
  ['FST_ERR_BAD_URL', { code: 'E0000008' }],
  ['FST_ERR_MAX_PARAM_LENGTH', { code: 'E0000008' }],
])

/**
 * The one place where a failure becomes Okta's envelope. What is not a refusal by name is a fault of ours: the
 * client learns its `errorId`, the log the rest.
 */
export function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = answerTo(error)
  const errorId = newErrorId()
  if (answer === undefined || answer.code === 'E0000181')
    request.log.error({ err: error, errorId, oktaRequestId: reply.getHeader('x-okta-request-id') }, 'failed')
  else request.log.info({ errorId, errorCode: answer.code }, 'refused')
  return sendError(reply, answer ?? { code: 'E0000009' }, errorId)
}

function answerTo(error: unknown): OktaAnswer | undefined {
  if (error instanceof RequestRefused) return error.answer
  if (error instanceof DomainError) return inOktaWords(error)
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return TRANSPORT.get(error.code)
  return undefined
}
