import type { FastifyReply } from 'fastify'

/** An answer as it goes onto the wire. */
export interface WireAnswer {
  readonly status: number
  /** In the order in which they are sent. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

/** Sent with everything but a challenge. */
const SECURITY: WireAnswer['headers'] = [
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['X-Permitted-Cross-Domain-Policies', 'none'],
]
/** RFC 6797 section 7.2: never over plain http. */
const TRANSPORT_SECURITY = ['Strict-Transport-Security', 'max-age=31536000; includeSubdomains;'] as const

/**
 * The headers of an answer with those that every answer has, in alphabetical order, as in the recordings of the
 * real service.
 */
export function inOrder(publicUrl: string, headers: WireAnswer['headers']): WireAnswer['headers'] {
  const secure = publicUrl.startsWith('https:') ? [TRANSPORT_SECURITY] : []
  return [...headers, ...SECURITY, ...secure, ['Date', new Date().toUTCString()] as const].sort(([a], [b]) =>
    a.toLowerCase() < b.toLowerCase() ? -1 : 1,
  )
}

/**
 * Writes an answer past the framework, which would drop the `Content-Type` of a 204, lower the case of names and
 * add a charset: here the order of headers is part of the contract.
 */
export function send(reply: FastifyReply, { status, headers, body }: WireAnswer): void {
  reply.hijack()
  const length: WireAnswer['headers'] =
    body === undefined || headers.some(([name]) => name === 'Content-Length')
      ? []
      : [['Content-Length', String(Buffer.byteLength(body))]]
  reply.raw.writeHead(status, [...length, ...headers].flat())
  reply.raw.end(body)
}
