import type { FastifyInstance } from 'fastify'

/** How a dialect refuses what no operation answers. */
export interface UnknownPathRefusals {
  /** @param path without its query */
  notFound(path: string): Error
  /** The path exists under another method. */
  methodNotAllowed(method: string): Error
}

/**
 * Answers what no operation answers: with `Allow` where the path exists under another method (RFC 9110 section
 * 15.5.6). Register before the operations, because it collects their paths.
 */
export function answerUnknownPaths(app: FastifyInstance, refusals: UnknownPathRefusals): void {
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
    if (allowed.length === 0) throw refusals.notFound(path)
    reply.header('allow', [...new Set(allowed)].sort().join(', '))
    throw refusals.methodNotAllowed(request.method)
  })
}

function matches(route: readonly string[], path: readonly string[]): boolean {
  if (route.length !== path.length) return false
  return route.every((segment, index) =>
    segment.startsWith(':') ? path[index] !== '' : segment === path[index],
  )
}
