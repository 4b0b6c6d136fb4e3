import type { FastifyInstance } from 'fastify'
import { parseStrictJson } from '../../json/strict-json.ts'
import { RequestRefused } from './request-refused.ts'

/** The largest body of any operation: the keys of fifty credentials fit into it several times. Bytes. */
export const BODY_LIMIT = 262_144

/**
 * Reads bodies: JSON only, by the strict reader. An empty body is no body, also under a `Content-Type` of JSON:
 * Okta's SDKs create secrets that way, and send life-cycle requests with neither.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    async (_request: unknown, body: Buffer) => {
      if (body.byteLength === 0) return undefined
      const parsed = parseStrictJson(body)
      if (!parsed.ok) throw new RequestRefused({ code: 'E0000003', causes: [parsed.reason] })
      return parsed.value
    },
  )
}

/** RFC 9110 section 15.5.12: a POST or PUT says how long its body is, be it zero. */
export function requireLength(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.is404 || !['POST', 'PUT'].includes(request.method)) return
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    if (length === undefined && encoding === undefined)
      throw new RequestRefused({ code: 'E0000003', causes: ['A Content-Length is required.'], status: 411 })
  })
}
