import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { Registry } from 'prom-client'
import type { Authority } from '../authority/index.ts'
import { SYSTEM } from '../store/index.ts'
import { findFact } from '../store/queries/installation.ts'
import { listHalts } from '../store/queries/log-halts.ts'
import { FIRST_START_DONE } from './first-start.ts'
import { measureHaltedLogs } from './metrics.ts'

export interface OperationsOptions {
  /** True once the server was told to stop: `/readyz` then says 503 so that balancers turn away. */
  readonly draining: () => boolean
}

const Status = Type.Object({
  status: Type.String(),
  /** Logs by which nothing is issued until an operator runs `rescind recover`; not there where there are none. */
  haltedLogs: Type.Optional(Type.Integer()),
})

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
    measureHaltedLogs(metrics, async () => (await authority.store.read(SYSTEM, listHalts)).length)
    app.get('/healthz', { schema: { response: { 200: Status } } }, () => ({ status: 'alive' }))
    app.get('/readyz', { schema: { response: { 200: Status, 503: Status } } }, async (request, reply) => {
      if (options.draining()) return reply.code(503).send({ status: 'draining' })
      let haltedLogs: number
      try {
        haltedLogs = await authority.store.read(
          SYSTEM,
          async (tx) => {
            await findFact(tx, FIRST_START_DONE)
            return (await listHalts(tx)).length
          },
          'urgent',
        )
      } catch (cause) {
        request.log.error({ err: cause }, 'the store does not answer')
        return reply.code(503).send({ status: 'the store does not answer' })
      }
      // The other logs go on, and so do revocations of all: turning this node away would help nobody.
      return { status: 'ready', ...(haltedLogs > 0 && { haltedLogs }) }
    })
    app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.metrics()),
    )
    app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  }
}
