import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Authority } from '../authority/index.ts'
import { onEffectTaken } from '../revocation/effect/news.ts'
import { SYSTEM } from '../store/index.ts'
import { countOpenEffects } from '../store/queries/revocation-effects.ts'

/**
 * Counts and times every request by its route's pattern, never by its path: ids would make a series each, and are
 * nobody's business in a metrics store. Call before routes are registered.
 */
export function measureRequests(app: FastifyInstance): Registry {
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  const durations = new Histogram({
    name: 'rescind_http_request_seconds',
    help: 'Time from the head of a request to the end of its answer, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [metrics],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
  return metrics
}

/** @param count how many logs have stopped; where it fails, the gauge says so by being NaN */
export function measureHaltedLogs(metrics: Registry, count: () => Promise<number>): void {
  new Gauge({
    name: 'rescind_halted_logs',
    help: 'Logs that lack entries which somebody knows. Nothing is issued by them until rescind recover.',
    registers: [metrics],
    async collect() {
      this.set(await count().catch(() => Number.NaN))
    },
  })
}

/**
 * How many revocations have yet to take effect in the whole installation, asked of the database at each reading, and
 * how long those took whose receipts this process wrote.
 */
export function measureEffects(app: FastifyInstance, { store }: Authority, metrics: Registry): void {
  new Gauge({
    name: 'rescind_revocations_open',
    help: 'Revocations that have not taken effect on every verifier yet, over all authority nodes.',
    registers: [metrics],
    async collect() {
      // Without the database there is no number, which is not the same as none.
      this.set(await store.read(SYSTEM, (tx) => countOpenEffects(tx)).catch(() => Number.NaN))
    },
  })
  const seconds = new Histogram({
    name: 'rescind_revocation_effect_seconds',
    help: 'Time from the entry of a revocation until every verifier that may hold a lease had it.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15, 60, 3600],
    registers: [metrics],
  })
  const end = onEffectTaken(store, ({ milliseconds }) => seconds.observe(milliseconds / 1000))
  app.addHook('onClose', async () => void end())
}
