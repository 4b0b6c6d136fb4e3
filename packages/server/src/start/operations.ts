import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { Registry } from 'prom-client'
import type { Authority } from '../authority/index.ts'
import { SYSTEM } from '../store/index.ts'
import { findFact } from '../store/queries/installation.ts'
import { FIRST_START_DONE } from './first-start.ts'

export interface OperationsOptions {
  /** True once the server was told to stop: `/readyz` then says 503 so that balancers turn away. */
  readonly draining: () => boolean
}

const Status = Type.Object({ status: Type.String() })

/**
 * What operators and their machinery read. `/healthz`: the process answers. `/readyz`: it takes work, which is to
 * say that the store answered a moment ago and no stop was asked for. `/metrics`: Prometheus text.
 * `/openapi.json`: generated from the routes.
 */
export function operations(
  authority: Authority,
  metrics: Registry,
  options: OperationsOptions,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/healthz', { schema: { response: { 200: Status } } }, () => ({ status: 'alive' }))
    app.get('/readyz', { schema: { response: { 200: Status, 503: Status } } }, async (request, reply) => {
      if (options.draining()) return reply.code(503).send({ status: 'draining' })
      try {
        await authority.store.read(SYSTEM, (tx) => findFact(tx, FIRST_START_DONE), 'urgent')
      } catch (cause) {
        request.log.error({ err: cause }, 'the store does not answer')
        return reply.code(503).send({ status: 'the store does not answer' })
      }
      return { status: 'ready' }
    })
    app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.metrics()),
    )
    app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  }
}
