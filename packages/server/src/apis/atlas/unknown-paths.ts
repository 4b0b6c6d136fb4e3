import type { FastifyInstance } from 'fastify'
import { refusal } from './errors/refusal.ts'

/**
 * Answers what no operation answers: 405 with `Allow` where the path exists under another method, else 404. Register
 * before the operations, because it collects their paths.
 */
export function answerUnknownPaths(app: FastifyInstance): void {
  const known: { readonly segments: readonly string[]; readonly methods: Set<string> }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    known.push({ segments: url.split('/'), methods: new Set([method].flat()) })
  })
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const segments = path.split('/')
    const allowed = known
      .filter((route) => matches(route.segments, segments))
      .flatMap(({ methods }) => [...methods])
    if (allowed.length === 0) throw refusal('RESOURCE_NOT_FOUND', path.slice(0, 128))
    reply.header('allow', [...new Set(allowed)].sort().join(', '))
    throw refusal('METHOD_NOT_ALLOWED', request.method)
  })
}

function matches(route: readonly string[], path: readonly string[]): boolean {
  if (route.length !== path.length) return false
  return route.every((segment, index) =>
    segment.startsWith(':') ? path[index] !== '' : segment === path[index],
  )
}
