import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorCode, type ErrorKind, REGISTRY } from '../../errors/index.ts'
import type { NativeApp } from './native-app.ts'

/** What every refusal of the native API looks like. `code` is stable; `message` is for people. */
export const ErrorBody = Type.Object({
  code: Type.String(),
  message: Type.String(),
  details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
})

const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  limited: 429,
  unavailable: 503,
  internal: 500,
}

/** What the HTTP layer itself refuses with a status of its own, by Fastify's code. */
const TRANSPORT: ReadonlyMap<string, { readonly code: ErrorCode; readonly status?: number }> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', { code: 'invalid_request', status: 413 }],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', { code: 'invalid_request', status: 415 }],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', { code: 'invalid_request' }],
])

/** A failure as the native API answers it. */
export interface Refused {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: Static<typeof ErrorBody>
  /** Whether it is a fault of ours, or of what we rest on, which an operator wants to see. */
  readonly isOurs: boolean
}

/** The one place where a failure becomes the native API's error. What is no refusal by name is a fault of ours. */
export function refusedBy(error: unknown): Refused {
  const { code, details, status } = refusalIn(error)
  const { kind, log: message } = REGISTRY[code]
  return {
    status: status ?? STATUS[kind],
    headers: {
      ...(kind === 'unauthenticated' && { 'www-authenticate': 'SSWS' }),
      ...(kind === 'limited' && { 'retry-after': details.seconds ?? 1 }),
    },
    body: { code, message, details },
    isOurs: kind === 'internal' || kind === 'unavailable',
  }
}

export function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers, body, isOurs } = refusedBy(error)
  if (isOurs) request.log.error({ err: error }, 'failed')
  return reply.code(status).headers(headers).send(body)
}

/** What no route answers does not exist, under any method. */
export function answerUnknownPaths(app: NativeApp): void {
  app.setNotFoundHandler(async () => {
    throw new DomainError('not_found')
  })
}

interface Refusal {
  readonly code: ErrorCode
  readonly details: Record<string, string | number>
  readonly status?: number | undefined
}

function refusalIn(error: unknown): Refusal {
  if (error instanceof DomainError) return error
  if (!(error instanceof Error)) return { code: 'internal', details: {} }
  if ('validation' in error && Array.isArray(error.validation))
    return { code: 'invalid_request', details: Object.fromEntries(error.validation.flatMap(faultIn)) }
  const transport = 'code' in error ? TRANSPORT.get(String(error.code)) : undefined
  return { code: transport?.code ?? 'internal', details: {}, status: transport?.status }
}

/** Which member is at fault, as a JSON pointer (RFC 6901), and how; never its value. */
function faultIn(fault: unknown): [pointer: string, sentence: string][] {
  if (typeof fault !== 'object' || fault === null) return []
  if (!('instancePath' in fault) || !('message' in fault)) return []
  return [[String(fault.instancePath) || '/', String(fault.message)]]
}
