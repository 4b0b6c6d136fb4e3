import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

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
