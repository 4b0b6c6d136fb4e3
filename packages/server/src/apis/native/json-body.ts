import { DomainError } from '../../errors/index.ts'
import { parseStrictJson } from '../../json/strict-json.ts'
import type { NativeApp } from './native-app.ts'

/** Reads bodies by the strict reader: JSON only, and an empty one is none. */
export function readJsonBodies(app: NativeApp): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => {
      if (body.byteLength === 0) return undefined
      const parsed = parseStrictJson(body)
      if (!parsed.ok) throw new DomainError('invalid_json', { reason: parsed.reason })
      return parsed.value
    },
  )
}
