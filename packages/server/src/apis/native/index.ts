import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'

/** The native API, mounted at `/api/rescind/v1`. */
export function nativeApi(_authority: Authority): FastifyPluginAsyncTypebox {
  return async () => {}
}
