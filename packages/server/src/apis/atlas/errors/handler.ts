import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../../errors/index.ts'
import { prettyJson } from '../json-text.ts'
import { rateHeaders } from '../rate-limits.ts'
import { inOrder, send, type WireAnswer } from '../send.ts'
import { wantsEnvelope, wantsPretty } from '../switches.ts'
import { Challenge, challengeAnswer } from './challenge.ts'
import { inAtlasWords } from './domain.ts'
import { type AtlasAnswer, AtlasRefusal, errorBody, statusOf } from './refusal.ts'

/** What the HTTP layer itself refuses, by Fastify's code. */
const TRANSPORT: ReadonlyMap<string, AtlasAnswer> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', { code: 'PAYLOAD_TOO_LARGE', parameters: [] }],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', { code: 'UNSUPPORTED_MEDIA_TYPE', parameters: [] }],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', { code: 'MALFORMED_JSON', parameters: [] }],
])

/**
 * The one place where a failure becomes Atlas's. What is no refusal by name is a fault of ours: the client learns
 * that there was one, the log the rest.
 */
export function errorRenderer(publicUrl: () => string) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    if (error instanceof Challenge) {
      send(reply, challengeAnswer(error))
      return
    }
    const answer = answerTo(error) ?? { code: 'UNEXPECTED_ERROR', parameters: [] }
    const status = statusOf(answer)
    if (status >= 500) request.log.error({ err: error }, 'failed')
    const body = errorBody(answer)
    const isWrapped = wantsEnvelope(request.query)
    const shown = isWrapped ? { status, content: body } : body
    const headers: [string, string][] = [
      ['Content-Type', 'application/json'],
      ['X-Error-Code', answer.code],
      ...rateHeaders(request),
    ]
    if (answer.retryAfter !== undefined) headers.push(['Retry-After', String(answer.retryAfter)])
    if (answer.code === 'INVALID_TOKEN') headers.push(['WWW-Authenticate', 'Bearer error="invalid_token"'])
    const allow = reply.getHeader('allow')
    if (typeof allow === 'string') headers.push(['Allow', allow])
    const wire: WireAnswer = {
      // A client that asked for the envelope cannot see statuses; a challenge it must see, or it could never answer.
      status: isWrapped && status !== 401 ? 200 : status,
      headers: inOrder(publicUrl(), headers),
      body: wantsPretty(request.query) ? prettyJson(shown) : JSON.stringify(shown),
    }
    send(reply, wire)
  }
}

function answerTo(error: unknown): AtlasAnswer | undefined {
  if (error instanceof AtlasRefusal) return error.answer
  if (error instanceof DomainError) return inAtlasWords(error)
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return TRANSPORT.get(error.code)
  return undefined
}
