import type { FastifyInstance } from 'fastify'
import { parseStrictJson } from '../../json/strict-json.ts'
import { refusal } from './errors/refusal.ts'

/** Bytes. The largest body is an access list of two hundred networks. */
const BODY_LIMIT = 262_144

/**
 * Reads bodies by the strict reader: JSON under its own name or under one of a version, whichever version that is.
 * An empty body is none.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    /^application\/(vnd\.atlas\.[\w-]+\+)?json\s*(;|$)/i,
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    async (_request: unknown, body: Buffer) => {
      if (body.byteLength === 0) return undefined
      const parsed = parseStrictJson(body)
      if (!parsed.ok) throw refusal('MALFORMED_JSON')
      return parsed.value
    },
  )
}
