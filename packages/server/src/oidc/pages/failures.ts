import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import { send } from './answers.ts'
import { messagePage } from './message-page.ts'

/** Renders what a page could not do as a page: whoever looks at it is a person. */
export function renderFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = statusOf(error)
  if (status >= 500) request.log.error({ err: error }, 'failed')
  const [title, words] = WORDS.get(status) ?? DEFAULT
  return send(reply, messagePage('', title, [words], status))
}

const WORDS: ReadonlyMap<number, readonly [title: string, words: string]> = new Map([
  [404, ['There is no such page', 'Go back to the application, and start again.']],
  [503, ['Not available just now', 'Please try again in a moment.']],
  [500, ['Something went wrong', 'Please try again in a moment.']],
])
const DEFAULT = ['The request cannot be answered', 'Go back to the application, and start again.'] as const

function statusOf(error: unknown): number {
  if (error instanceof DomainError) {
    if (error.kind === 'not_found') return 404
    return error.kind === 'unavailable' ? 503 : error.kind === 'internal' ? 500 : 400
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' && status < 500 ? status : 500
}
