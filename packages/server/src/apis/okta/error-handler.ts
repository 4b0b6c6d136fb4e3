import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import { CATALOGUE } from './catalogue.ts'
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
  const answer = answerTo(error) ?? { code: 'E0000009' }
  const errorId = newErrorId()
  const about = { errorId, errorCode: answer.code, oktaRequestId: reply.getHeader('x-okta-request-id') }
  if (CATALOGUE[answer.code].status >= 500) request.log.error({ ...about, err: error }, 'failed')
  else request.log.info(about, 'refused')
  // Nothing was done, or nobody knows: worth another try, not at once.
  if (answer.code === 'E0000181') reply.header('retry-after', 1)
  return sendError(reply, answer, errorId)
}

/** What Okta would say to a failure; undefined for what is no refusal by name. */
export function answerTo(error: unknown): OktaAnswer | undefined {
  if (error instanceof RequestRefused) return error.answer
  if (error instanceof DomainError) return inOktaWords(error)
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return TRANSPORT.get(error.code)
  return undefined
}
