import type { FastifyInstance } from 'fastify'
import { RequestRefused } from './request-refused.ts'

/**
 * Answers what no operation answers: E0000022 with `Allow` where the path exists under another method, else
 * E0000008. Register before the operations, because it collects their paths.
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
    if (allowed.length === 0) throw new RequestRefused({ code: 'E0000008' })
    reply.header('allow', [...new Set(allowed)].sort().join(', '))
    throw new RequestRefused({ code: 'E0000022' })
  })
}

function matches(route: readonly string[], path: readonly string[]): boolean {
  if (route.length !== path.length) return false
  return route.every((segment, index) =>
    segment.startsWith(':') ? path[index] !== '' : segment === path[index],
  )
}
